package dev.keraunos.importer.internal.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.bytecode.PythonFunction;
import dev.keraunos.importer.internal.bytecode.Term;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.operations.Operations;
import dev.keraunos.importer.internal.operations.Scope;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One call of a decoded function. Terms become tensors of the graph, constants, and lists of these;
 * whatever else is asked for is a gap.
 */
final class Evaluation implements Scope {
  /** Whose rules the functions of TensorFlow follow in Keras 3. */
  private static final Dialect TENSORFLOW = Dialect.parse("2.15.0:tensorflow");

  /** Rows that read a type although it is none of their parameters. */
  private static final Set<String> TYPED = Set.of("one_hot", "OneHot");

  /** Rows whose result is cast to the type that is asked for. */
  private static final Set<String> CAST =
      Set.of("zeros_like", "ones_like", "ZerosLike", "OnesLike");

  private static final Map<String, String> OPERATORS =
      Map.ofEntries(
          Map.entry("+", "add"),
          Map.entry("-", "subtract"),
          Map.entry("*", "multiply"),
          Map.entry("/", "truediv"),
          Map.entry("//", "floordiv"),
          Map.entry("%", "floormod"),
          Map.entry("**", "pow"),
          Map.entry("@", "matmul"),
          Map.entry("&", "and"),
          Map.entry("|", "or"),
          Map.entry("^", "xor"),
          Map.entry("<", "less"),
          Map.entry("<=", "less_equal"),
          Map.entry(">", "greater"),
          Map.entry(">=", "greater_equal"),
          Map.entry("==", "equal"),
          Map.entry("!=", "not_equal"));

  private final Scope around;
  private final Map<String, Argument> parameters;
  private final Map<String, Argument> closure;
  private final List<Value> tensors = new ArrayList<>();
  private final IdentityHashMap<Term, Argument> known = new IdentityHashMap<>();
  private Dialect rules;

  Evaluation(Scope around, Map<String, Argument> parameters, Map<String, Argument> closure) {
    this.around = around;
    this.parameters = parameters;
    this.closure = closure;
    this.rules = tensorFlow();
  }

  /** The rules of TensorFlow beside the Keras of the file. */
  private Dialect tensorFlow() {
    return around.dialect().has(Quirk.HAS_OPS) ? TENSORFLOW : around.dialect();
  }

  /** What a term stands for. */
  Argument of(Term term) {
    Argument found = known.get(term);
    if (found == null) {
      found = evaluate(term);
      known.put(term, found);
    }
    return found;
  }

  private Argument evaluate(Term term) {
    if (term instanceof Term.Parameter parameter) {
      return named(parameters, parameter.name(), "parameter");
    } else if (term instanceof Term.Free free) {
      return named(closure, free.name(), "variable from around the function");
    } else if (term instanceof Term.Local local) {
      return of(local.value());
    } else if (term instanceof Term.Constant constant) {
      return new Argument.Literal(constant.value());
    } else if (term instanceof Term.Ellipsis) {
      return Literals.ELLIPSIS;
    } else if (term instanceof Term.Sequence sequence) {
      return items(sequence.items().stream().map(this::of).toList());
    } else if (term instanceof Term.Slice slice) {
      return Literals.slice(json(slice.start()), json(slice.stop()), json(slice.step()));
    } else if (term instanceof Term.Unary unary) {
      return unary(unary);
    } else if (term instanceof Term.Binary binary) {
      return binary(binary);
    } else if (term instanceof Term.Index index) {
      return Indices.of(this, of(index.of()), index.key());
    } else if (term instanceof Term.Part part) {
      return Indices.part(this, of(part.of()), part);
    } else if (term instanceof Term.Attribute || term instanceof Term.Call) {
      return Names.of(this, term);
    }
    throw new GapException(
        "'" + PythonFunction.text(term) + "' is a name whose value the file does not hold");
  }

  private static Argument named(Map<String, Argument> values, String name, String kind) {
    return Optional.ofNullable(values.get(name))
        .orElseThrow(
            () -> new GapException("the " + kind + " '" + name + "' has no value in the file"));
  }

  /** A list, which is a constant if all in it are. */
  static Argument items(List<Argument> items) {
    ArrayNode constants = JsonNodeFactory.instance.arrayNode();
    for (Argument item : items) {
      if (!(item instanceof Argument.Literal literal)) {
        return new Argument.Items(items);
      }
      constants.add(literal.json());
    }
    return new Argument.Literal(constants);
  }

  /** The value of a term that is a constant. */
  JsonNode json(Term term) {
    if (of(term) instanceof Argument.Literal literal) {
      return literal.json();
    }
    throw new GapException(
        "'" + PythonFunction.text(term) + "' is a tensor; allowed are constants");
  }

  private Argument unary(Term.Unary unary) {
    Argument operand = of(unary.operand());
    if (operand instanceof Argument.Literal literal && unary.sign().equals("-")) {
      return new Argument.Literal(Literals.negative(literal.json()));
    }
    requireTensor(operand, unary);
    return single(row(unary.sign(), unary.sign().equals("-") ? "neg" : inverse(operand), operand));
  }

  private String inverse(Argument operand) {
    return value((TensorRef) operand).dtype() == DType.BOOL ? "logical_not" : "invert";
  }

  private Argument binary(Term.Binary binary) {
    Argument left = of(binary.left());
    Argument right = of(binary.right());
    if (left instanceof Argument.Literal x && right instanceof Argument.Literal y) {
      return new Argument.Literal(Literals.binary(binary.sign(), x.json(), y.json()));
    }
    if (!(left instanceof TensorRef) && !(right instanceof TensorRef)) {
      throw new GapException("'" + PythonFunction.text(binary) + "' computes with lists");
    }
    requireOperand(left, binary);
    requireOperand(right, binary);
    String row = OPERATORS.get(binary.sign());
    boolean compares = binary.sign().equals("==") || binary.sign().equals("!=");
    if (row == null || (compares && !dialect().has(Quirk.LAMBDAS_CALL_TENSORFLOW_2))) {
      throw new GapException(
          "'"
              + PythonFunction.text(binary)
              + "' is not computed"
              + (compares ? ": TensorFlow 1 asks whether both are the same object" : ""));
    }
    return single(row(binary.sign(), row, left, right));
  }

  private static void requireTensor(Argument argument, Term term) {
    if (!(argument instanceof TensorRef)) {
      throw new GapException("'" + PythonFunction.text(term) + "' is not computed of a list");
    }
  }

  private static void requireOperand(Argument argument, Term term) {
    boolean number =
        argument instanceof Argument.Literal literal
            && (literal.json().isNumber()
                || literal.json().isBoolean()
                || literal.json().isArray()
                || literal.json().path("class_name").asText().equals("__numpy__"));
    if (!number) {
      requireTensor(argument, term);
    }
  }

  // ---- Functions -------------------------------------------------------------------------------

  /** One call of a row of {@link Operations} as TensorFlow calls it, arguments by position. */
  List<Argument> row(String shown, String row, Argument... positional) {
    return List.of(row(shown, row, List.of(positional), Map.of()));
  }

  /** One call of a row of {@link Operations}, its outputs in a list if there are several. */
  Argument row(
      String shown, String row, List<Argument> positional, Map<String, Argument> keywords) {
    requireFilled(shown, positional, keywords);
    return results(
        shown,
        row,
        keywords,
        () ->
            Operations.lower(
                this, row, positional, keywords, JsonNodeFactory.instance.objectNode()));
  }

  /** The same by the rules of {@code keras.ops}, whose parameters stand in its order. */
  Argument ops(
      String shown, String row, List<Argument> positional, Map<String, Argument> keywords) {
    requireFilled(shown, positional, keywords);
    rules = around.dialect();
    try {
      return results(shown, row, keywords, () -> Operations.call(this, row, positional, keywords));
    } finally {
      rules = tensorFlow();
    }
  }

  /** An empty list of axes means none to Python, but all to rows. */
  private static void requireFilled(
      String shown, List<Argument> positional, Map<String, Argument> keywords) {
    for (Argument argument :
        Stream.concat(positional.stream(), keywords.values().stream()).toList()) {
      boolean list = argument instanceof Argument.Literal literal && literal.json().isArray();
      if (list && ((Argument.Literal) argument).json().isEmpty()) {
        throw new GapException(shown + " with an empty list is not supported");
      }
    }
  }

  private interface Lowered {
    List<Value> get();
  }

  private Argument results(
      String shown, String row, Map<String, Argument> keywords, Lowered lowered) {
    Argument dtype = keywords.getOrDefault("dtype", Literals.NONE);
    boolean reads = Operations.takes(row, "dtype") || TYPED.contains(row);
    if (!Literals.isNone(dtype) && !reads && !CAST.contains(row)) {
      throw new GapException(shown + " with a dtype is not supported");
    }
    List<Argument> outputs;
    try {
      boolean casts = CAST.contains(row) && !Literals.isNone(dtype);
      outputs =
          lowered.get().stream()
              .map(value -> casts ? Ops.cast(value, type(dtype)) : value)
              .map(this::tensor)
              .toList();
    } catch (GapException e) {
      throw new GapException(shown + ": " + e.getMessage());
    }
    return outputs.size() == 1 ? outputs.get(0) : new Argument.Items(outputs);
  }

  private static DType type(Argument dtype) {
    if (dtype instanceof Argument.Literal literal && literal.json().isTextual()) {
      return DType.of(literal.json().asText());
    }
    throw new GapException("a dtype is a text, such as 'float32'");
  }

  static Argument single(List<Argument> outputs) {
    return outputs.get(0);
  }

  /** A tensor of the graph as an argument. */
  Argument tensor(Value value) {
    tensors.add(value);
    return new TensorRef("", 0, tensors.size() - 1);
  }

  /** The tensor that an argument is; lists and constants are none. */
  Value tensor(Argument argument, String shown) {
    if (argument instanceof TensorRef ref) {
      return value(ref);
    }
    throw new GapException(shown + " takes a tensor, not a list or a constant");
  }

  /** Whether no tensor takes part. */
  boolean isWithoutTensors() {
    return tensors.isEmpty();
  }

  /** How many axes a tensor has; a number has none. */
  int rank(Argument argument) {
    return argument instanceof TensorRef ref ? value(ref).rank() : 0;
  }

  /**
   * Constants with a type of their own.
   *
   * @param dtype may be null
   * @param absent the type where none is said; if empty, that of TensorFlow
   */
  Argument constant(Argument value, Argument dtype, String absent) {
    if (value instanceof TensorRef && (dtype == null || Literals.isNone(dtype))) {
      return value;
    }
    if (!(value instanceof Argument.Literal literal)) {
      throw new GapException("a constant of tensors is not supported");
    }
    if (literal.json().isObject() && (dtype == null || Literals.isNone(dtype))) {
      return value; // has its type
    }
    String type = absent;
    if (dtype instanceof Argument.Literal named && named.json().isTextual()) {
      type = named.json().asText();
    } else if (type.isEmpty()) {
      type = literal.json().toString().matches("[-\\d,\\[\\]]*") ? "int32" : "float32";
    }
    return Literals.typed(literal.json(), type);
  }

  /** All arguments by name, those by position under the names of a function's parameters. */
  static Map<String, Argument> named(
      String shown, List<String> names, List<Argument> positional, Map<String, Argument> keywords) {
    Map<String, Argument> named = new LinkedHashMap<>();
    if (positional.size() > names.size()) {
      throw new GapException(shown + " takes " + names + ", but is given " + positional.size());
    }
    for (int i = 0; i < positional.size(); i++) {
      named.put(names.get(i), positional.get(i));
    }
    for (var entry : keywords.entrySet()) {
      if (entry.getKey().equals("name")) {
        continue;
      }
      if (!names.contains(entry.getKey()) || named.containsKey(entry.getKey())) {
        throw new GapException(shown + " takes " + names + ", not " + entry.getKey());
      }
      named.put(entry.getKey(), entry.getValue());
    }
    return named;
  }

  // ---- Scope -----------------------------------------------------------------------------------

  @Override
  public String path() {
    return around.path();
  }

  @Override
  public Dialect dialect() {
    return rules;
  }

  /** The dialect of the file itself. */
  Dialect file() {
    return around.dialect();
  }

  @Override
  public void noteFunction(Value made) {
    around.noteFunction(made);
  }

  @Override
  public Value beside() {
    return tensors.get(0);
  }

  @Override
  public Value value(TensorRef ref) {
    return tensors.get(ref.tensor());
  }
}
