package dev.keraunos.importer.internal.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.bytecode.PythonFunction;
import dev.keraunos.importer.internal.bytecode.Term;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.operations.Operations;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.internal.topology.TensorRef;
import dev.keraunos.keras.Quirk;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Names with points, and calls of them: what belongs to a module, and what to a tensor. */
final class Names {
  /** The modules by the names that they are imported under. */
  private static final Map<String, List<String>> MODULES =
      Map.of(
          "K", List.of("K"),
          "backend", List.of("backend"),
          "ops", List.of("ops"),
          "tf", List.of("tf"),
          "tensorflow", List.of("tf"),
          "np", List.of("np"),
          "numpy", List.of("np"),
          "math", List.of("math"),
          "keras", List.of("keras"));

  private static final Set<String> DTYPES =
      Set.of(
          "float16",
          "float32",
          "float64",
          "bfloat16",
          "int8",
          "int16",
          "int32",
          "int64",
          "uint8",
          "uint16",
          "uint32",
          "uint64",
          "bool");

  private static final List<String> RESIZE_METHOD = List.of("tf", "image", "ResizeMethod");

  /** What {@code tf.math.top_k} gives, by name. */
  private static final List<String> TOP_K = List.of("values", "indices");

  private Names() {}

  static Argument of(Evaluation scope, Term term) {
    if (term instanceof Term.Call call) {
      return call(scope, call);
    }
    Term.Attribute attribute = (Term.Attribute) term;
    Optional<List<String>> path = path(term);
    return path.isPresent()
        ? constant(path.get(), term)
        : attribute(scope, scope.of(attribute.of()), attribute);
  }

  /** The names from a known module on. */
  private static Optional<List<String>> path(Term term) {
    if (term instanceof Term.Global global) {
      return Optional.of(
          Optional.ofNullable(MODULES.get(global.name()))
              .orElseThrow(
                  () ->
                      new GapException(
                          "the global name '"
                              + global.name()
                              + "' has no value in the file; known are "
                              + MODULES.keySet().stream().sorted().toList())));
    }
    if (!(term instanceof Term.Attribute attribute)) {
      return Optional.empty();
    }
    return path(attribute.of())
        .map(
            before -> {
              List<String> path = new ArrayList<>(before);
              path.add(attribute.name());
              return settled(path);
            });
  }

  /**
   * The Keras inside TensorFlow is Keras, and its backend and operations have names of their own.
   */
  private static List<String> settled(List<String> path) {
    if (path.equals(List.of("tf", "keras"))) {
      return List.of("keras");
    } else if (path.equals(List.of("keras", "backend"))) {
      return List.of("backend");
    } else if (path.equals(List.of("keras", "ops"))) {
      return List.of("ops");
    }
    return path;
  }

  private static Argument constant(List<String> path, Term term) {
    String name = path.get(path.size() - 1);
    boolean module = path.size() == 2 && Set.of("np", "tf", "math").contains(path.get(0));
    if (module && name.equals("newaxis")) {
      return Literals.NONE;
    } else if (module && DTYPES.contains(name)) {
      return Literals.of(name);
    } else if (path.size() == 4 && path.subList(0, 3).equals(RESIZE_METHOD)) {
      return Literals.of(name.toLowerCase(Locale.ROOT).replace("_neighbor", ""));
    }
    return Optional.of(name)
        .filter(any -> module && !path.get(0).equals("tf"))
        .flatMap(NumberFunctions::constant)
        .orElseThrow(
            () -> new GapException("'" + PythonFunction.text(term) + "' is no known constant"));
  }

  private static Argument attribute(Evaluation scope, Argument of, Term.Attribute attribute) {
    String name = attribute.name();
    if (of instanceof TensorRef ref) {
      Value x = scope.value(ref);
      switch (name) {
        case "shape":
          return shape(x);
        case "dtype":
          return Literals.of(x.dtype().kerasName());
        case "ndim":
          return Literals.of((long) x.rank());
        default:
      }
    } else if (of instanceof Argument.Literal literal) {
      if (literal.json().isArray() && Set.of("rank", "ndims").contains(name)) {
        return Literals.of((long) literal.json().size());
      } else if (name.equals("value") && literal.json().isIntegralNumber()) {
        return of; // a Dimension of TensorFlow 1
      }
    }
    if (of instanceof Argument.Items list && list.items().size() == 2 && TOP_K.contains(name)) {
      return list.items().get(TOP_K.indexOf(name));
    }
    throw new GapException("'" + PythonFunction.text(attribute) + "' is no known attribute");
  }

  /** The dimensions, None where they are unknown. */
  static Argument shape(Value x) {
    ArrayNode dims = JsonNodeFactory.instance.arrayNode();
    for (int axis = 0; axis < x.rank(); axis++) {
      if (x.shape().isKnown(axis)) {
        dims.add(x.shape().dim(axis));
      } else {
        dims.addNull();
      }
    }
    return new Argument.Literal(dims);
  }

  private static Argument call(Evaluation scope, Term.Call call) {
    List<Argument> positional = call.positional().stream().map(scope::of).toList();
    Map<String, Argument> keywords = new LinkedHashMap<>();
    call.keywords().forEach((key, value) -> keywords.put(key, scope.of(value)));
    Optional<List<String>> path = path(call.function());
    if (path.isPresent()) {
      Argument made = function(scope, path.get(), positional, keywords, call);
      if (made instanceof TensorRef ref && !remembers(scope, path.get().get(0))) {
        scope.noteFunction(scope.value(ref));
      }
      return made;
    }
    if (call.function() instanceof Term.Attribute method
        && positional.isEmpty()
        && keywords.isEmpty()) {
      Argument of = scope.of(method.of());
      boolean list = of instanceof Argument.Literal literal && literal.json().isArray();
      if (of instanceof TensorRef ref && method.name().equals("get_shape")) {
        return shape(scope.value(ref));
      } else if (list && method.name().equals("as_list")) {
        return of;
      }
    }
    throw new GapException("'" + PythonFunction.text(call.function()) + "' is no known method");
  }

  /** Whether activations of a module remember their logits, as those of Keras do. */
  private static boolean remembers(Evaluation scope, String module) {
    boolean backend = module.equals("K") || module.equals("backend");
    return backend
        ? scope.file().has(Quirk.SOFTMAX_REMEMBERS_ANY_AXIS) && !scope.file().has(Quirk.HAS_OPS)
        : !module.equals("tf");
  }

  private static Argument function(
      Evaluation scope,
      List<String> path,
      List<Argument> positional,
      Map<String, Argument> keywords,
      Term.Call call) {
    List<String> names = path.subList(1, path.size());
    String name = String.join(".", names);
    switch (path.get(0)) {
      case "K", "backend":
        return BackendFunctions.call(scope, path.get(0), name, positional, keywords);
      case "tf":
        return TensorFlowFunctions.call(scope, names, positional, keywords);
      case "ops":
        return ops(scope, name, positional, keywords);
      case "np", "math":
        if (keywords.isEmpty()) {
          return NumberFunctions.call(path.get(0), name, positional);
        }
        break;
      default:
        if (names.size() == 2 && names.get(0).equals("activations")) {
          return TensorFlowFunctions.call(scope, names, positional, keywords);
        }
    }
    throw new GapException(
        "the function '" + PythonFunction.text(call.function()) + "' is not known");
  }

  private static Argument ops(
      Evaluation scope, String name, List<Argument> positional, Map<String, Argument> keywords) {
    String shown = "ops." + name;
    if (!scope.file().has(Quirk.HAS_OPS)) {
      throw new GapException(shown + " is of no Keras before 3");
    }
    if (name.equals("shape") && positional.size() == 1 && keywords.isEmpty()) {
      return dimensions(scope, positional.get(0));
    }
    String row =
        Operations.named(name.replaceFirst("^(image|nn|numpy|math|linalg)\\.", ""))
            .orElseThrow(() -> new GapException("the function " + shown + " is not known"));
    return scope.ops(shown, row, positional, keywords);
  }

  /** The dimensions as numbers, and those that are unknown as tensors. */
  private static Argument dimensions(Evaluation scope, Argument x) {
    JsonNode known = ((Argument.Literal) shape(scope.tensor(x, "ops.shape"))).json();
    Argument all = scope.row("ops.shape", "shape", List.of(x), Map.of());
    List<Argument> dims = new ArrayList<>();
    for (int axis = 0; axis < known.size(); axis++) {
      Argument index = Literals.of((long) axis);
      dims.add(
          known.get(axis).isNull()
              ? scope.row("ops.shape", "getitem", List.of(all, index), Map.of())
              : new Argument.Literal(known.get(axis)));
    }
    return Evaluation.items(dims);
  }
}
