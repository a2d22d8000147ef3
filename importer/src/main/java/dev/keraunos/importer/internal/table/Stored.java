package dev.keraunos.importer.internal.table;

import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.QuantizedForm;
import dev.keraunos.importer.internal.weights.Variable;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.internal.config.Quantization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;

/** What files hold of the layers of a class. */
public final class Stored {
  private record Declared(Variable variable, BiPredicate<Config, LayerSpec> present) {}

  private final List<Declared> variables = new ArrayList<>();
  private final Map<String, Function<Config, Boolean>> assets = new LinkedHashMap<>();

  private QuantizedForm quantizedForm = QuantizedForm.NONE;

  void quantized(QuantizedForm form) {
    quantizedForm = form;
  }

  boolean takes(Quantization.Mode mode) {
    return quantizedForm.takes(mode);
  }

  void add(Variable variable, BiPredicate<Config, LayerSpec> present) {
    variables.add(new Declared(variable, present));
  }

  void asset(String name, Function<Config, Boolean> present) {
    assets.put(name, present);
  }

  /** The variables of a layer, in the order it creates them. */
  public List<Variable> variables(LayerSpec layer) {
    Config config = layer.config();
    List<Variable> present =
        variables.stream()
            .filter(declared -> declared.present().test(config, layer))
            .map(Declared::variable)
            .toList();
    return quantizedForm.variables(layer, present);
  }

  /** The names of its files among the assets of an archive. */
  Set<String> assets(LayerSpec layer) {
    Set<String> names = new LinkedHashSet<>(assets.keySet());
    names.removeIf(name -> !assets.get(name).apply(layer.config()));
    return names;
  }
}
