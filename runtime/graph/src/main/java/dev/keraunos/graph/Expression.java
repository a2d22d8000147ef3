package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A small arithmetic expression over {@link Ops}: {@code x / 255}, {@code (x - 127.5) / 127.5},
 * {@code clip(x, 0, 1)}.
 *
 * <p>It knows numbers, {@code x} (or {@code x0}, {@code x1}, ... where there are several inputs),
 * {@code + - * / **}, parentheses, and the functions of {@link #functions}. Nothing else: there is
 * no way from an expression to code.
 */
public final class Expression {
  private static final int MAX_DEPTH = 64;

  private interface Term {
    /** A value, or a number where no input takes part. */
    Object apply(List<Value> inputs);
  }

  private static final Map<String, UnaryOperator<Value>> UNARY = new TreeMap<>();
  private static final Map<String, BinaryOperator<Value>> BINARY = new TreeMap<>();
  private static final Map<String, ReduceKind> REDUCTIONS =
      new TreeMap<>(
          Map.of(
              "sum",
              ReduceKind.SUM,
              "mean",
              ReduceKind.MEAN,
              "max",
              ReduceKind.MAX,
              "min",
              ReduceKind.MIN));

  static {
    UNARY.put("abs", Ops::abs);
    UNARY.put("square", Ops::square);
    UNARY.put("sqrt", Ops::sqrt);
    UNARY.put("exp", Ops::exp);
    UNARY.put("log", Ops::log);
    UNARY.put("relu", Ops::relu);
    UNARY.put("sigmoid", Ops::sigmoid);
    UNARY.put("tanh", Ops::tanh);
    UNARY.put("floor", Ops::floor);
    UNARY.put("round", Ops::round);
    UNARY.put("softmax", Ops::softmax);
    BINARY.put("add", Ops::add);
    BINARY.put("subtract", Ops::subtract);
    BINARY.put("multiply", Ops::multiply);
    BINARY.put("divide", Ops::divide);
    BINARY.put("power", Ops::power);
    BINARY.put("maximum", Ops::maximum);
    BINARY.put("minimum", Ops::minimum);
  }

  private final String text;
  private int at;
  private int depth;

  private Expression(String text) {
    this.text = text;
  }

  /** The functions an expression may call, with their arguments. */
  public static List<String> functions() {
    List<String> names = new ArrayList<>();
    UNARY.keySet().forEach(name -> names.add(name + "(x)"));
    BINARY.keySet().forEach(name -> names.add(name + "(x, y)"));
    REDUCTIONS.keySet().forEach(name -> names.add(name + "(x, axis)"));
    names.add("clip(x, min, max)");
    return names;
  }

  /**
   * The function an expression stands for.
   *
   * @throws InputException if the text is none; it says where and what is allowed
   */
  public static Function<List<Value>, Value> parse(String text) {
    Expression parser = new Expression(text);
    Term term = parser.sum();
    if (parser.peek() != 0) {
      throw parser.unexpected("the end");
    }
    return inputs -> value(term.apply(inputs), inputs.get(0));
  }

  private static Value value(Object result, Value beside) {
    return result instanceof Value value ? value : Ops.like(beside, (Double) result);
  }

  private Term sum() {
    if (++depth > MAX_DEPTH) {
      throw unexpected("at most " + MAX_DEPTH + " nested parentheses");
    }
    Term left = product();
    while (peek() == '+' || peek() == '-') {
      char sign = next();
      left = combined(BINARY.get(sign == '+' ? "add" : "subtract"), sign, left, product());
    }
    depth--;
    return left;
  }

  private Term product() {
    Term left = signed();
    while (peek() == '*' || peek() == '/') {
      char sign = next();
      left = combined(BINARY.get(sign == '*' ? "multiply" : "divide"), sign, left, signed());
    }
    return left;
  }

  private Term signed() {
    if (peek() == '-') {
      next();
      return combined(Ops::subtract, '-', inputs -> 0.0, signed());
    }
    Term base = atom();
    if (peek() == '*' && at + 1 < text.length() && text.charAt(at + 1) == '*') {
      next();
      next();
      return combined(Ops::power, '^', base, signed());
    }
    return base;
  }

  private static Term combined(BinaryOperator<Value> function, char sign, Term left, Term right) {
    return inputs -> {
      Object x = left.apply(inputs);
      Object y = right.apply(inputs);
      if (x instanceof Double a && y instanceof Double b) {
        return number(sign, a, b);
      }
      Value beside = (Value) (x instanceof Value ? x : y);
      return function.apply(value(x, beside), value(y, beside));
    };
  }

  private static double number(char sign, double x, double y) {
    switch (sign) {
      case '+':
        return x + y;
      case '-':
        return x - y;
      case '*':
        return x * y;
      case '/':
        return x / y;
      default:
        return Math.pow(x, y);
    }
  }

  private Term atom() {
    char c = peek();
    if (c == '(') {
      next();
      Term inner = sum();
      expect(')');
      return inner;
    }
    if (Character.isDigit(c) || c == '.') {
      double number = number();
      return inputs -> number;
    }
    if (Character.isLetter(c)) {
      String name = name();
      return peek() == '(' ? call(name) : input(name);
    }
    throw unexpected("a number, x, a function or '('");
  }

  private Term input(String name) {
    if (!name.matches("x\\d{0,3}")) {
      throw unexpected("'x', or 'x0', 'x1', ... for several inputs, instead of '" + name + "'");
    }
    int index = name.length() == 1 ? 0 : Integer.parseInt(name.substring(1));
    return inputs -> {
      if (index >= inputs.size()) {
        throw new InputException(
            "'" + text + "': there is no input " + name + ", only " + inputs.size());
      }
      return inputs.get(index);
    };
  }

  private Term call(String name) {
    expect('(');
    List<Term> arguments = new ArrayList<>(List.of(sum()));
    while (peek() == ',') {
      next();
      arguments.add(sum());
    }
    expect(')');
    Term first = arguments.get(0);
    if (UNARY.containsKey(name) && arguments.size() == 1) {
      return inputs -> UNARY.get(name).apply(value(first.apply(inputs), inputs.get(0)));
    }
    if (BINARY.containsKey(name) && arguments.size() == 2) {
      return inputs ->
          BINARY
              .get(name)
              .apply(
                  value(first.apply(inputs), inputs.get(0)),
                  value(arguments.get(1).apply(inputs), inputs.get(0)));
    }
    if (REDUCTIONS.containsKey(name) && arguments.size() == 2) {
      return inputs ->
          Ops.reduce(
              REDUCTIONS.get(name),
              value(first.apply(inputs), inputs.get(0)),
              false,
              (int) constant(arguments.get(1), inputs));
    }
    if (name.equals("clip") && arguments.size() == 3) {
      return inputs ->
          Ops.clip(
              value(first.apply(inputs), inputs.get(0)),
              constant(arguments.get(1), inputs),
              constant(arguments.get(2), inputs));
    }
    throw unexpected(
        "one of "
            + functions()
            + " instead of "
            + name
            + " with "
            + arguments.size()
            + " arguments");
  }

  private double constant(Term term, List<Value> inputs) {
    if (term.apply(inputs) instanceof Double number) {
      return number;
    }
    throw new InputException("'" + text + "': an axis or a bound must be a number");
  }

  private double number() {
    int from = at;
    while (at < text.length() && isPartOfNumber(from)) {
      at++;
    }
    try {
      return Double.parseDouble(text.substring(from, at));
    } catch (NumberFormatException e) {
      throw unexpected("a number");
    }
  }

  private boolean isPartOfNumber(int from) {
    char c = text.charAt(at);
    boolean signOfExponent =
        (c == '-' || c == '+') && at > from && "eE".indexOf(text.charAt(at - 1)) >= 0;
    return Character.isDigit(c) || c == '.' || c == 'e' || c == 'E' || signOfExponent;
  }

  private String name() {
    int from = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    return text.substring(from, at);
  }

  /** The next character that is no blank, or 0 at the end. */
  private char peek() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private char next() {
    peek();
    return text.charAt(at++);
  }

  private void expect(char c) {
    if (peek() != c) {
      throw unexpected("'" + c + "'");
    }
    at++;
  }

  private InputException unexpected(String allowed) {
    return new InputException(
        "'" + text + "', at character " + (at + 1) + ": expected is " + allowed);
  }
}
