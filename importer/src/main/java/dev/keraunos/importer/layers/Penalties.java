package dev.keraunos.importer.layers;

import dev.keraunos.importer.config.Config;
import dev.keraunos.importer.weights.Variable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
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
  void collect(LayerCall call, LayerRow row, List<Masked> outputs, boolean activities) {
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
        if (!activities) {
          throw call.gap(key + " inside a recurrence is not supported");
        }
        int calls = calls(call.layer().path());
        found.add(
            new Penalty(
                call.layer().path() + (calls == 0 ? "" : "#" + calls),
                key,
                config.get(key).json(),
                null,
                outputs.get(0).value(),
                call.layer().trainable()));
      } else if (weightsSeen.add(call.layer().path() + " " + key)) {
        weight(call, row, key);
      }
    }
  }

  private int calls(String path) {
    return (int)
        found.stream()
            .filter(penalty -> penalty.activity() != null)
            .filter(penalty -> penalty.path().replaceFirst("#\\d+$", "").equals(path))
            .count();
  }

  private void weight(LayerCall call, LayerRow row, String key) {
    for (Variable variable : row.variables(call.layer())) {
      if (variable.name().equals(target(key)) || variable.name().equals(target(key) + "_kernel")) {
        found.add(
            new Penalty(
                call.layer().path(),
                key,
                call.config().get(key).json(),
                call.weights().get(variable.name()),
                null,
                call.layer().trainable()));
      }
    }
  }

  private static String target(String key) {
    String prefix = key.substring(0, key.length() - SUFFIX.length());
    switch (prefix) {
      case "W":
        return "kernel";
      case "U":
        return "recurrent_kernel";
      case "b":
        return "bias";
      default:
        return prefix;
    }
  }
}
