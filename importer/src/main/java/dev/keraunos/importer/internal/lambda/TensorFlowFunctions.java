package dev.keraunos.importer.internal.lambda;

import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.operations.Operations;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.keras.Quirk;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The functions of {@code tf}, with the first of their parameters in the order that TensorFlow 1
 * and 2 share.
 */
final class TensorFlowFunctions {
  /** Functions by their parameters; those that are not here take one argument by position. */
  private static final Map<String, String> FUNCTIONS =
      Map.ofEntries(
          Map.entry(
              "x y",
              "add subtract multiply divide truediv floordiv pow maximum minimum"
                  + " mod floormod squared_difference equal not_equal less less_equal greater"
                  + " greater_equal logical_and logical_or divide_no_nan multiply_no_nan"),
          Map.entry(
              "input_tensor axis keepdims",
              "reduce_mean reduce_sum reduce_max reduce_min reduce_prod reduce_any reduce_all"
                  + " reduce_logsumexp reduce_std reduce_variance"),
          Map.entry("input axis", "argmax argmin expand_dims squeeze"),
          Map.entry("values axis", "concat stack"),
          Map.entry("value num axis", "unstack"),
          Map.entry("value num_or_size_splits axis", "split"),
          Map.entry("tensor shape", "reshape"),
          Map.entry("a perm", "transpose"),
          Map.entry("input multiples", "tile"),
          Map.entry("tensor paddings mode", "pad"),
          Map.entry("params indices", "gather"),
          Map.entry("indices depth on_value off_value axis dtype", "one_hot"),
          Map.entry("x dtype", "cast"),
          Map.entry("t clip_value_min clip_value_max", "clip_by_value"),
          Map.entry("condition x y", "where"),
          Map.entry("a b transpose_a transpose_b", "matmul"),
          Map.entry("a b axes", "tensordot"),
          Map.entry("input_ begin size", "slice"),
          Map.entry("tensor axis", "reverse"),
          Map.entry("input shift axis", "roll"),
          Map.entry("x axis", "cumsum cumprod l2_normalize"),
          Map.entry("logits axis", "softmax log_softmax"),
          Map.entry("features alpha", "leaky_relu"),
          Map.entry("input shape", "broadcast_to"),
          Map.entry("input repeats axis", "repeat"),
          Map.entry("input block_size", "depth_to_space space_to_depth"),
          Map.entry("input k sorted", "top_k"),
          Map.entry("x axes", "moments"),
          Map.entry("input ksize strides padding", "max_pool2d avg_pool2d max_pool avg_pool"),
          Map.entry("images size method", "image.resize"));

  private static final Map<String, List<String>> PARAMETERS = new HashMap<>();

  static {
    FUNCTIONS.forEach(
        (parameters, names) -> {
          for (String name : names.split(" ", -1)) {
            PARAMETERS.put(name, List.of(parameters.split(" ", -1)));
          }
        });
  }

  private static final Set<String> MODULES =
      Set.of("compat", "v1", "v2", "math", "nn", "linalg", "keras", "activations");

  private TensorFlowFunctions() {}

  /** The function's row, without its modules. */
  static String row(List<String> path) {
    int from = 0;
    while (from < path.size() - 1 && MODULES.contains(path.get(from))) {
      from++;
    }
    return String.join(".", path.subList(from, path.size()));
  }

  /** A call of a function. */
  static Argument call(
      Evaluation scope,
      List<String> path,
      List<Argument> positional,
      Map<String, Argument> keywords) {
    String name = row(path);
    String shown = "tf." + String.join(".", path);
    if (name.equals("constant") || name.equals("convert_to_tensor")) {
      return constant(scope, shown, positional, keywords);
    }
    if (name.equals("einsum") && keywords.isEmpty()) {
      return scope.ops(shown, "Einsum", positional, keywords);
    }
    boolean known = Character.isLowerCase(name.charAt(0)) && Operations.has(name);
    List<String> parameters = PARAMETERS.getOrDefault(name, List.of());
    if (!known || name.equals("einsum")) {
      throw new GapException("the function " + shown + " is not known");
    }
    Map<String, Argument> named = new LinkedHashMap<>();
    if (positional.size() > Math.max(1, parameters.size())) {
      throw new GapException(
          shown + " is given more arguments than " + parameters + "; name the others");
    }
    for (int i = 0; i < Math.min(positional.size(), parameters.size()); i++) {
      named.put(parameters.get(i), positional.get(i));
    }
    keywords.forEach((key, value) -> put(named, key, value, shown));
    if (name.equals("where")) {
      requireChoice(scope, named, shown);
    } else if (name.startsWith("image.resize")
        && !scope.dialect().has(Quirk.LAMBDAS_CALL_TENSORFLOW_2)) {
      throw new GapException(shown + " of TensorFlow 1 is not known");
    }
    List<Argument> unnamed = parameters.isEmpty() ? positional : List.of();
    return scope.row(shown, name, unnamed, named);
  }

  private static void put(Map<String, Argument> named, String key, Argument value, String shown) {
    if (named.put(key, value) != null) {
      throw new GapException(shown + " is given " + key + " twice");
    }
  }

  /** In TensorFlow 1 a condition does not broadcast; one alone asks where it holds. */
  private static void requireChoice(Evaluation scope, Map<String, Argument> named, String shown) {
    if (!named.keySet().equals(Set.of("condition", "x", "y"))) {
      throw new GapException(shown + " takes a condition and two choices here");
    }
    boolean broadcasts = scope.dialect().has(Quirk.LAMBDAS_CALL_TENSORFLOW_2);
    if (!broadcasts && named.values().stream().map(scope::rank).distinct().count() > 1) {
      throw new GapException(shown + " of TensorFlow 1 takes tensors of one shape");
    }
  }

  private static Argument constant(
      Evaluation scope, String shown, List<Argument> positional, Map<String, Argument> keywords) {
    Map<String, Argument> named = new LinkedHashMap<>(keywords);
    List<String> parameters = List.of("value", "dtype");
    for (int i = 0; i < Math.min(positional.size(), 2); i++) {
      put(named, parameters.get(i), positional.get(i), shown);
    }
    named.remove("name");
    if (positional.size() > 2 || !parameters.containsAll(named.keySet())) {
      throw new GapException(shown + " takes " + parameters + " here, not " + named.keySet());
    }
    return scope.constant(named.get("value"), named.get("dtype"), "");
  }
}
