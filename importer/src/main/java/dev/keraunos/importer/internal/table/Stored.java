package dev.keraunos.importer.internal.table;

import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.Variable;
import dev.keraunos.keras.config.Config;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;

/** What files hold of the layers of a class. */
final class Stored {
  private record Declared(Variable variable, BiPredicate<Config, LayerSpec> present) {}

  private final List<Declared> variables = new ArrayList<>();
  private final Map<String, Function<Config, Boolean>> assets = new LinkedHashMap<>();

  void add(Variable variable, BiPredicate<Config, LayerSpec> present) {
    variables.add(new Declared(variable, present));
  }

  void asset(String name, Function<Config, Boolean> present) {
    assets.put(name, present);
  }

  List<Variable> variables(LayerSpec layer) {
    Config config = layer.config();
    return variables.stream()
        .filter(declared -> declared.present().test(config, layer))
        .map(Declared::variable)
        .toList();
  }

  Set<String> assets(LayerSpec layer) {
    Set<String> names = new LinkedHashSet<>(assets.keySet());
    names.removeIf(name -> !assets.get(name).apply(layer.config()));
    return names;
  }
}
