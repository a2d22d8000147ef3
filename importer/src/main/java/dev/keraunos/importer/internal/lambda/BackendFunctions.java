package dev.keraunos.importer.internal.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.keras.Quirk;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The functions of {@code keras.backend}, as they are on TensorFlow. Most are a row of {@link
 * dev.keraunos.importer.internal.operations.Operations} under other names and with other defaults.
 */
final class BackendFunctions {
  /**
   * A function that is a row.
   *
   * @param row its name there
   * @param parameters of the function, as {@code name:name of the row=default}
   */
  private record Row(String row, List<String> parameters) {}

  /** A function with its arguments by name. */
  private interface Function {
    Argument apply(Given given);
  }

  private record Own(List<String> parameters, Function function) {}

  private static final Map<String, Row> ROWS = new HashMap<>();
  private static final Map<String, Own> OWN = new HashMap<>();

  /** Functions of {@code keras.ops} by the same name that compute something else. */
  private static final Set<String> UNLIKE_OPS = Set.of("repeat", "hard_sigmoid");

  private static final Set<String> AXIS_UNLIKE_OPS =
      Set.of("concatenate", "argmax", "argmin", "cumsum", "cumprod");

  static {
    rows(
        "x",
        "abs square exp log sign sin cos round tanh sigmoid softplus softsign"
            + " stop_gradient identity");
    rows("x dtype", "zeros_like ones_like");
    rows("x y", "maximum minimum equal not_equal less less_equal greater greater_equal");
    for (String name : List.of("sum", "mean", "max", "min", "prod", "std", "var", "logsumexp")) {
      String kind = name.equals("var") ? "variance" : name;
      row(name, "reduce_" + kind, "x:input_tensor", "axis", "keepdims");
    }
    row("pow", "pow", "x", "a:y");
    own("clip", BackendFunctions::clip, "x", "min_value", "max_value");
    row("argmax", "argmax", "x:input", "axis=-1");
    row("argmin", "argmin", "x:input", "axis=-1");
    row("cumsum", "cumsum", "x", "axis=0");
    row("cumprod", "cumprod", "x", "axis=0");
    row("elu", "elu", "x", "alpha=1");
    row("softmax", "softmax", "x", "axis=-1");
    row("l2_normalize", "l2_normalize", "x", "axis");
    row("concatenate", "concat", "tensors:values", "axis=-1");
    row("stack", "stack", "x:values", "axis=0");
    row("reshape", "reshape", "x", "shape");
    row("permute_dimensions", "transpose", "x", "pattern:perm");
    row("transpose", "transpose", "x");
    row("expand_dims", "expand_dims", "x", "axis=-1");
    row("squeeze", "squeeze", "x", "axis");
    row("repeat_elements", "repeat", "x", "rep:repeats", "axis");
    row("reverse", "reverse", "x", "axes:axis");
    row("one_hot", "one_hot", "indices", "num_classes:depth");
    row("cast", "cast", "x", "dtype");
    row("shape", "shape", "x");
    row("tile", "tile", "x", "n:multiples");
    own("gather", BackendFunctions::gather, "reference", "indices");
    own("sqrt", given -> given.tensor(Ops.sqrt(Ops.relu(given.value("x")))), "x");
    own("relu", BackendFunctions::relu, "x", "alpha", "max_value", "threshold");
    own("hard_sigmoid", given -> given.tensor(Ops.hardSigmoidOfAFifth(given.value("x"))), "x");
    own("repeat", BackendFunctions::repeat, "x", "n");
    own("flatten", given -> given.tensor(Ops.reshape(given.value("x"), -1)), "x");
    own("batch_flatten", BackendFunctions::batchFlatten, "x");
    own("dot", given -> given.tensor(Ops.dot(given.value("x"), given.value("y"))), "x", "y");
    own("batch_dot", BackendFunctions::batchDot, "x", "y", "axes");
    own(
        "resize_images",
        BackendFunctions::resizeImages,
        "x",
        "height_factor",
        "width_factor",
        "data_format",
        "interpolation");
    own("spatial_2d_padding", BackendFunctions::padding, "x", "padding", "data_format");
    own("temporal_padding", BackendFunctions::padding, "x", "padding");
    own("cast_to_floatx", given -> given.row("cast", "x", Literals.of("float32")), "x");
    own("constant", BackendFunctions::constant, "value", "dtype", "shape");
    own("int_shape", given -> Names.shape(given.value("x")), "x");
    own("ndim", given -> Literals.of((long) given.value("x").rank()), "x");
    own("dtype", given -> Literals.of(given.value("x").dtype().kerasName()), "x");
    own("epsilon", given -> Literals.of(1e-7));
    own("floatx", given -> Literals.of("float32"));
    own("switch", BackendFunctions::choice, "condition", "then_expression", "else_expression");
    own("bias_add", BackendFunctions::biasAdd, "x", "bias", "data_format");
    own("in_train_phase", given -> given.argument("alt"), "x", "alt", "training");
  }

  private BackendFunctions() {}

  private static void rows(String parameters, String names) {
    for (String name : names.split(" ", -1)) {
      row(name, name, parameters.split(" ", -1));
    }
  }

  private static void row(String name, String row, String... parameters) {
    ROWS.put(name, new Row(row, List.of(parameters)));
  }

  private static void own(String name, Function function, String... parameters) {
    OWN.put(name, new Own(List.of(parameters), function));
  }

  /**
   * A call of a function.
   *
   * @param module as which it was imported; {@code K} may be {@code keras.ops} too
   */
  static Argument call(
      Evaluation scope,
      String module,
      String name,
      List<Argument> positional,
      Map<String, Argument> keywords) {
    String shown = module + "." + name;
    boolean ambiguous = module.equals("K") && scope.file().has(Quirk.HAS_OPS);
    if (ambiguous && UNLIKE_OPS.contains(name)) {
      throw ambiguous(shown, "");
    }
    if (OWN.containsKey(name)) {
      Own own = OWN.get(name);
      Map<String, Argument> named = Evaluation.named(shown, own.parameters(), positional, keywords);
      return own.function().apply(new Given(scope, shown, named));
    }
    Row row = ROWS.get(name);
    if (row == null) {
      throw new GapException("the function " + shown + " is not known");
    }
    List<String> parameters =
        row.parameters().stream().map(text -> text.split("[:=]", -1)[0]).toList();
    Map<String, Argument> given = Evaluation.named(shown, parameters, positional, keywords);
    if (ambiguous && AXIS_UNLIKE_OPS.contains(name) && !given.containsKey("axis")) {
      throw ambiguous(shown, " without an axis");
    }
    return scope.row(shown, row.row(), List.of(), arguments(row, given));
  }

  private static GapException ambiguous(String shown, String how) {
    return new GapException(
        shown + how + " means one thing in keras.backend and another in keras.ops");
  }

  private static Map<String, Argument> arguments(Row row, Map<String, Argument> given) {
    Map<String, Argument> arguments = new LinkedHashMap<>();
    for (String parameter : row.parameters()) {
      String[] names = parameter.split("=", -1)[0].split(":", -1);
      String target = names[names.length - 1];
      if (given.containsKey(names[0])) {
        arguments.put(target, given.get(names[0]));
      } else if (parameter.contains("=")) {
        arguments.put(target, Literals.of(Long.parseLong(parameter.split("=", -1)[1])));
      }
    }
    return arguments;
  }

  /** The arguments of a call by name. */
  private record Given(Evaluation scope, String shown, Map<String, Argument> arguments) {
    Argument argument(String name) {
      Argument argument = arguments.get(name);
      if (argument == null) {
        throw new GapException(shown + " is given no " + name);
      }
      return argument;
    }

    boolean has(String name) {
      return arguments.containsKey(name) && !Literals.isNone(arguments.get(name));
    }

    Value value(String name) {
      return scope.tensor(argument(name), shown);
    }

    JsonNode json(String name) {
      if (argument(name) instanceof Argument.Literal literal) {
        return literal.json();
      }
      throw new GapException(shown + " takes a constant " + name);
    }

    int integer(String name) {
      if (!json(name).canConvertToInt() || !json(name).isIntegralNumber()) {
        throw new GapException(shown + " takes a whole number as " + name);
      }
      return json(name).asInt();
    }

    double number(String name, double absent) {
      if (has(name) && !json(name).isNumber()) {
        throw new GapException(shown + " takes a number as " + name);
      }
      return has(name) ? json(name).asDouble() : absent;
    }

    void requireChannelsLast() {
      if (has("data_format") && !json("data_format").asText().matches("channels_last|tf")) {
        throw new GapException(shown + " with channels first is not supported");
      }
    }

    Argument tensor(Value value) {
      return scope.tensor(value);
    }

    Argument row(String row, String first, Argument second) {
      return scope.row(shown, row, List.of(argument(first), second), Map.of());
    }
  }

  /** A limit below the lower one counts as that. */
  private static Argument clip(Given given) {
    Map<String, Argument> limits = new LinkedHashMap<>();
    limits.put("t", given.argument("x"));
    limits.put("clip_value_min", given.argument("min_value"));
    limits.put("clip_value_max", given.argument("max_value"));
    boolean numbers =
        given.has("min_value")
            && given.has("max_value")
            && !(given.argument("min_value") instanceof TensorRef)
            && !(given.argument("max_value") instanceof TensorRef);
    if (numbers && given.number("max_value", 0) < given.number("min_value", 0)) {
      limits.put("clip_value_max", given.argument("min_value"));
    }
    return given.scope().row(given.shown(), "clip_by_value", List.of(), limits);
  }

  private static Argument choice(Given given) {
    List<Argument> arguments =
        List.of(
            given.argument("condition"),
            given.argument("then_expression"),
            given.argument("else_expression"));
    if (arguments.stream().map(given.scope()::rank).distinct().count() > 1) {
      throw new GapException(given.shown() + " takes tensors of as many axes");
    }
    return given.scope().row(given.shown(), "where", arguments, Map.of());
  }

  private static Argument biasAdd(Given given) {
    given.requireChannelsLast();
    Argument bias = given.argument("bias");
    if (bias instanceof TensorRef && given.scope().rank(bias) != 1) {
      throw new GapException(given.shown() + " takes a bias of one axis");
    }
    return given.row("add", "x", bias);
  }

  private static Argument gather(Given given) {
    Argument indices = given.argument("indices");
    Argument typed =
        indices instanceof TensorRef ? indices : given.scope().constant(indices, null, "int32");
    return given.row("gather", "reference", typed);
  }

  private static Argument relu(Given given) {
    return given.tensor(
        Ops.relu(
            given.value("x"),
            given.number("alpha", 0),
            given.number("max_value", Double.POSITIVE_INFINITY),
            given.number("threshold", 0)));
  }

  private static Argument repeat(Given given) {
    Value x = given.value("x");
    int times = given.integer("n");
    if (x.rank() != 2 || times < 0) {
      throw new GapException(given.shown() + " takes a tensor of two axes and a number from 0 on");
    }
    return given.tensor(Ops.repeat(Ops.expandDims(x, 1), times, 1));
  }

  private static Argument batchFlatten(Given given) {
    Value x = given.value("x");
    boolean known = x.rank() > 0 && x.shape().slice(1, x.rank()).isConcrete();
    Dim rest = known ? new Dim.Fixed(x.shape().size(1, x.rank())) : new Dim.Inferred();
    return given.tensor(Ops.reshape(x, List.of(new Dim.Same(0, 0), rest)));
  }

  /** A product sample by sample over one axis of each, of tensors of two or three axes. */
  private static Argument batchDot(Given given) {
    Value x = given.value("x");
    Value y = given.value("y");
    int[] axes = {x.rank() - 1, y.rank() == 2 ? 1 : y.rank() - 2};
    if (given.has("axes")) {
      JsonNode json = given.json("axes");
      axes[0] = axis(json.isArray() ? json.path(0) : json, x, given);
      axes[1] = axis(json.isArray() ? json.path(1) : json, y, given);
    } else if (x.rank() == 2
        && y.rank() == 2
        && !given.scope().dialect().has(Quirk.LAMBDAS_CALL_TENSORFLOW_2)) {
      throw new GapException(given.shown() + " without axes transposes the batch in older Keras");
    }
    if (Math.min(x.rank(), y.rank()) < 2 || Math.max(x.rank(), y.rank()) > 3) {
      throw new GapException(given.shown() + " is supported for tensors of two or three axes");
    }
    Value left = x.rank() == 2 ? Ops.expandDims(x, 1) : x;
    Value right = y.rank() == 2 ? Ops.expandDims(y, 2) : y;
    boolean transposesLeft = x.rank() == 3 && axes[0] == 1;
    boolean transposesRight = y.rank() == 3 && axes[1] == 2;
    Value product = Ops.matmul(left, right, transposesLeft, transposesRight);
    if (x.rank() == 2) {
      return given.tensor(Ops.squeeze(product, 1));
    }
    return given.tensor(y.rank() == 2 ? Ops.squeeze(product, -1) : product);
  }

  private static int axis(JsonNode json, Value x, Given given) {
    int axis = json.asInt() < 0 ? json.asInt() + x.rank() : json.asInt();
    if (!json.isIntegralNumber() || axis < 1 || axis >= x.rank()) {
      throw new GapException(given.shown() + " takes axes from 1 to " + (x.rank() - 1));
    }
    return axis;
  }

  private static Argument resizeImages(Given given) {
    given.requireChannelsLast();
    boolean bilinear =
        given.has("interpolation") && given.json("interpolation").asText().equals("bilinear");
    boolean nearest =
        !given.has("interpolation") || given.json("interpolation").asText().equals("nearest");
    if (!nearest && !(bilinear && given.scope().dialect().has(Quirk.LAMBDAS_CALL_TENSORFLOW_2))) {
      throw new GapException(given.shown() + " is supported with the interpolation nearest");
    }
    List<Integer> factors = List.of(given.integer("height_factor"), given.integer("width_factor"));
    return given.tensor(
        Ops.upsample(
            given.value("x"), factors, bilinear ? Interpolation.BILINEAR : Interpolation.NEAREST));
  }

  /** Zeros before and behind the axes between the first and the last. */
  private static Argument padding(Given given) {
    given.requireChannelsLast();
    Value x = given.value("x");
    boolean isTemporal = given.shown().contains("temporal");
    int axes = isTemporal ? 1 : 2;
    if (x.rank() != axes + 2) {
      throw new GapException(given.shown() + " takes a tensor of " + (axes + 2) + " axes");
    }
    List<Long> before = new ArrayList<>(List.of(0L));
    List<Long> after = new ArrayList<>(List.of(0L));
    for (int axis = 0; axis < axes; axis++) {
      JsonNode cells = given.has("padding") ? given.json("padding") : null;
      if (cells != null && !isTemporal) {
        cells = cells.path(axis);
      }
      before.add(cells(given, cells, 0));
      after.add(cells(given, cells, 1));
    }
    before.add(0L);
    after.add(0L);
    return given.tensor(Ops.pad(x, before, after));
  }

  private static long cells(Given given, JsonNode cells, int side) {
    if (cells == null) {
      return 1;
    }
    JsonNode count = cells.isArray() && cells.size() == 2 ? cells.get(side) : cells;
    if (!count.isIntegralNumber() || count.asLong() < 0 || count.asLong() > Short.MAX_VALUE) {
      throw new GapException(given.shown() + " takes pairs of whole numbers as padding");
    }
    return count.asLong();
  }

  private static Argument constant(Given given) {
    if (given.has("shape")) {
      throw new GapException(given.shown() + " with a shape is not supported");
    }
    Argument dtype = given.has("dtype") ? given.argument("dtype") : null;
    return given.scope().constant(given.argument("value"), dtype, DType.FLOAT32.kerasName());
  }
}
