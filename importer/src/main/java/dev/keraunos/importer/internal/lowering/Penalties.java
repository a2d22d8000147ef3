package dev.keraunos.importer.internal.lowering;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.weights.Variable;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the regularisers of layers as they are lowered: any config key that ends in {@code
 * _regularizer}.
 */
final class Penalties {
  private static final String SUFFIX = "_regularizer";

  private final List<Penalty> found = new ArrayList<>();
  private final Set<String> weightsSeen = new HashSet<>();

  List<Penalty> list() {
    return List.copyOf(found);
  }

  /**
   * A shared layer's weights count once, its activity once a call; inside a recurrence there is no
   * activity.
   */
  void collect(RowCall call, List<Masked> outputs, boolean activities) {
    Config config = call.config();
    List<String> keys = new ArrayList<>();
    for (Iterator<String> names = config.json().fieldNames(); names.hasNext(); ) {
      keys.add(names.next());
    }
    for (String key : keys) {
      if (!key.endsWith(SUFFIX) || config.get(key).isNull()) {
        continue;
      }
      if (key.startsWith("activity")) {
        if (call.row().hasActivityInside(call.dialect())) {
          continue;
        }
        activity(call, config.get(key).json(), outputs, activities);
      } else if (weightsSeen.add(call.layer().path() + " " + key)) {
        weight(call, key);
      }
    }
    call.row()
        .activity(call)
        .ifPresent(regularizer -> activity(call, regularizer, outputs, activities));
  }

  private void activity(
      RowCall call, JsonNode regularizer, List<Masked> outputs, boolean activities) {
    if (!activities) {
      throw call.gap("an activity regularizer inside a recurrence is not supported");
    }
    String path = call.layer().path();
    int calls = calls(path);
    found.add(
        new Penalty(
            path + (calls == 0 ? "" : "#" + calls),
            "",
            regularizer,
            null,
            outputs.get(0).value(),
            call.layer().trainable()));
  }

  private int calls(String path) {
    return (int)
        found.stream()
            .filter(penalty -> penalty.activity() != null)
            .filter(penalty -> penalty.path().replaceFirst("#\\d+$", "").equals(path))
            .count();
  }

  private void weight(RowCall call, String key) {
    List<String> penalised =
        call.row().isCustom() ? customVariables(call, key) : variables(call, key);
    if (call.row().isCustom() && penalised.isEmpty()) {
      found.add(penalty(call, key, key, null));
    }
    for (String variable : penalised) {
      found.add(penalty(call, key, variable, call.weights().get(variable)));
    }
  }

  private static Penalty penalty(RowCall call, String key, String variable, Tensor weight) {
    return new Penalty(
        call.layer().path(),
        variable,
        call.config().get(key).json(),
        weight,
        null,
        call.layer().trainable());
  }

  private static List<String> variables(RowCall call, String key) {
    List<String> targets = targets(call, key);
    return call.row().stored().variables(call.layer()).stream()
        .filter(Variable::trainable)
        .map(Variable::name)
        .filter(targets::contains)
        .toList();
  }

  /** As the layer's lowering says, else the variable of that name, else the only one. */
  private static List<String> customVariables(RowCall call, String key) {
    if (call.regularized().containsKey(key)) {
      return call.regularized().get(key);
    }
    List<String> named =
        targets(call, key).stream()
            .map(call.weights()::find)
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    boolean only = named.isEmpty() && call.weights().names().size() == 1;
    return only ? List.copyOf(call.weights().names()) : named;
  }

  /** The variables that a key may stand for; Keras 1 names them by letter. */
  private static List<String> targets(RowCall call, String key) {
    String prefix = key.substring(0, key.length() - SUFFIX.length());
    switch (prefix) {
      case "W":
        return penalisesRecurrentAsKernel(call)
            ? List.of("kernel", "recurrent_kernel")
            : List.of("kernel", "embeddings");
      case "U":
        return penalisesRecurrentAsKernel(call) ? List.of() : List.of("recurrent_kernel");
      case "b":
        return List.of("bias");
      default:
        return List.of(prefix, prefix + "_kernel");
    }
  }

  /** Keras 1.2 gives the weights of each gate the regulariser of W, those of U included. */
  private static boolean penalisesRecurrentAsKernel(RowCall call) {
    boolean fused = call.layer().json().path("consume_less").asText().equals("gpu");
    return call.row().hasGatesSharingPenalty()
        && call.dialect().has(Quirk.GATES_SHARE_INPUT_PENALTY)
        && !fused;
  }
}
