package dev.keraunos.importer.layers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.operations.Operations;
import dev.keraunos.importer.internal.operations.Scope;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.keras.Dialect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * A small expression of Python over {@link Ops}: {@code x / 255}, {@code clip(x, 0, 1)}, {@code
 * roll(x, 1, axis=1)}.
 *
 * <p>It knows numbers, {@code x} (or {@code x0}, {@code x1}, ... where there are several inputs),
 * {@code + - * / **}, parentheses, and every function of {@code keras.ops} that a model's graph may
 * hold, with its parameters by position or by name: tensors, numbers, lists, texts in quotes,
 * {@code True}, {@code False} and {@code None}. Nothing else: there is no way from an expression to
 * code.
 */
public final class Expression {
  private static final int MAX_DEPTH = 64;

  /** The Keras whose functions these are. */
  private static final Dialect RULES = Dialect.parse("3.15.0");

  private static final Map<String, Argument> NAMED =
      Map.of(
          "True", literal(JsonNodeFactory.instance.booleanNode(true)),
          "False", literal(JsonNodeFactory.instance.booleanNode(false)),
          "None", literal(JsonNodeFactory.instance.nullNode()));

  private interface Term {
    /**
     * A {@link Value}, a {@link Double} where no input takes part, a constant {@link Argument}, or
     * a list of these with tensors.
     */
    Object apply(List<Value> inputs);
  }

  private final String text;
  private int at;
  private int depth;

  private Expression(String text) {
    this.text = text;
  }

  /** The functions an expression may call, with their parameters. */
  public static List<String> functions() {
    List<String> calls = new ArrayList<>();
    Operations.functions()
        .forEach((name, parameters) -> calls.add(name + "(" + String.join(", ", parameters) + ")"));
    return calls;
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
    return inputs -> parser.value(term.apply(inputs), inputs.get(0));
  }

  private Value value(Object result, Value beside) {
    if (result instanceof Double number) {
      return Ops.like(beside, number);
    }
    if (result instanceof Value value) {
      return value;
    }
    throw new InputException("'" + text + "': only numbers and tensors are computed with");
  }

  private Term sum() {
    if (++depth > MAX_DEPTH) {
      throw unexpected("at most " + MAX_DEPTH + " nested parentheses");
    }
    Term left = product();
    while (peek() == '+' || peek() == '-') {
      char sign = next();
      left = combined(sign == '+' ? Ops::add : Ops::subtract, sign, left, product());
    }
    depth--;
    return left;
  }

  private Term product() {
    Term left = signed();
    while (peek() == '*' || peek() == '/') {
      char sign = next();
      left = combined(sign == '*' ? Ops::multiply : Ops::divide, sign, left, signed());
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

  private Term combined(BinaryOperator<Value> function, char sign, Term left, Term right) {
    return inputs -> {
      Object x = left.apply(inputs);
      Object y = right.apply(inputs);
      if (x instanceof Double a && y instanceof Double b) {
        return number(sign, a, b);
      }
      Value beside = value(x instanceof Double ? y : x, null);
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
    if (c == '(' || c == '[') {
      return list(next() == '(' ? ')' : ']');
    }
    if (c == '\'' || c == '"') {
      return quoted(next());
    }
    if (Character.isDigit(c) || c == '.') {
      double number = number();
      return inputs -> number;
    }
    if (Character.isLetter(c)) {
      String name = name();
      if (NAMED.containsKey(name)) {
        return inputs -> NAMED.get(name);
      }
      return peek() == '(' ? call(name) : input(name);
    }
    throw unexpected("a number, x, a function or '('");
  }

  /** One term in parentheses, or several terms. */
  private Term list(char end) {
    List<Term> items = new ArrayList<>();
    boolean comma = end == ']';
    while (peek() != end || items.isEmpty()) {
      items.add(sum());
      if (peek() != end) {
        expect(',');
        comma = true;
      }
    }
    next();
    return comma ? inputs -> new Call(inputs).list(items) : items.get(0);
  }

  private Term quoted(char quote) {
    int end = text.indexOf(quote, at);
    if (end < 0) {
      throw unexpected("a text that ends with " + quote);
    }
    Argument literal = literal(JsonNodeFactory.instance.textNode(text.substring(at, end)));
    at = end + 1;
    return inputs -> literal;
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
    String row = Operations.named(name).orElseThrow(() -> unexpected(allowed(name)));
    List<String> parameters = Operations.functions().get(name);
    List<Term> positional = new ArrayList<>();
    Map<String, Term> keywords = new LinkedHashMap<>();
    expect('(');
    do {
      String keyword = keyword();
      if (!keyword.isEmpty()) {
        keywords.put(keyword, sum());
      } else if (keywords.isEmpty()) {
        positional.add(sum());
      } else {
        throw unexpected("a parameter's name and =");
      }
    } while (skips(','));
    expect(')');
    if (positional.size() > parameters.size()) {
      throw unexpected("at most " + parameters.size() + " arguments: " + name + parameters);
    }
    return inputs -> new Call(inputs).of(name, row, positional, keywords);
  }

  private static String allowed(String name) {
    return "one of " + String.join(", ", Operations.functions().keySet()) + " instead of " + name;
  }

  /** The name before a =, which is skipped; else nothing is. */
  private String keyword() {
    peek();
    int from = at;
    String name = name();
    if (!name.isEmpty() && skips('=')) {
      return name;
    }
    at = from;
    return "";
  }

  private boolean skips(char c) {
    boolean there = peek() == c;
    at += there ? 1 : 0;
    return there;
  }

  /** One call of a function, whose tensors are numbered as they come. */
  private final class Call implements Scope {
    private final List<Value> inputs;
    private final List<Value> tensors = new ArrayList<>();

    Call(List<Value> inputs) {
      this.inputs = inputs;
    }

    Value of(String name, String row, List<Term> positional, Map<String, Term> keywords) {
      List<Argument> arguments = positional.stream().map(this::argument).toList();
      Map<String, Argument> named = new LinkedHashMap<>();
      keywords.forEach((keyword, term) -> named.put(keyword, argument(term)));
      List<Value> outputs;
      try {
        outputs = Operations.call(this, row, arguments, named);
      } catch (GapException e) {
        throw new InputException("'" + text + "': " + name + " " + e.getMessage(), e);
      }
      if (outputs.size() != 1) {
        throw new InputException(
            "'" + text + "': " + name + " gives " + outputs.size() + " tensors instead of one");
      }
      return outputs.get(0);
    }

    /** A list of constants is one; with tensors in it, it is one of arguments. */
    Object list(List<Term> terms) {
      List<Object> items = new ArrayList<>();
      terms.forEach(term -> items.add(term.apply(inputs)));
      ArrayNode constants = JsonNodeFactory.instance.arrayNode();
      for (Object item : items) {
        if (item instanceof Double number) {
          constants.add(number(number));
        } else if (item instanceof Argument.Literal literal) {
          constants.add(literal.json());
        } else {
          return items;
        }
      }
      return literal(constants);
    }

    private Argument argument(Term term) {
      return argument(term.apply(inputs));
    }

    private Argument argument(Object item) {
      if (item instanceof Value value) {
        tensors.add(value);
        return new TensorRef("", 0, tensors.size() - 1);
      }
      if (item instanceof List<?> list) {
        return new Argument.Items(list.stream().map(this::argument).toList());
      }
      return item instanceof Double number ? literal(number(number)) : (Argument) item;
    }

    @Override
    public String path() {
      return text;
    }

    @Override
    public Dialect dialect() {
      return RULES;
    }

    @Override
    public Value beside() {
      return inputs.get(0);
    }

    @Override
    public Value value(TensorRef ref) {
      return tensors.get(ref.tensor());
    }
  }

  private static Argument literal(JsonNode json) {
    return new Argument.Literal(json);
  }

  /** Whole numbers are integers, whether or not they are written with a point. */
  private static JsonNode number(double number) {
    boolean whole = Double.compare(number, (double) (long) number) == 0;
    return whole
        ? JsonNodeFactory.instance.numberNode((long) number)
        : JsonNodeFactory.instance.numberNode(number);
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
