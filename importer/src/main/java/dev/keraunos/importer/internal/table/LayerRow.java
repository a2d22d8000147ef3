package dev.keraunos.importer.internal.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.QuantizedForm;
import dev.keraunos.importer.internal.weights.StoredForm;
import dev.keraunos.importer.internal.weights.Variable;
import dev.keraunos.importer.layers.CustomLayer;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.internal.config.Quantization;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * One row of the layer table: the class names it serves, its variables in file order, the layers
 * inside it, the keys it knowingly leaves unread, and how it is lowered.
 */
public final class LayerRow {
  /** A layer whose outputs do not depend on the mask. */
  public interface Plain {
    Value lower(RowCall call);
  }

  private final List<String> names;
  private final Lowering lowering;
  private final List<String> ignored = new ArrayList<>();
  private boolean custom;
  private boolean ignoresAll;
  private final Stored stored = new Stored();
  private Function<LayerSpec, Map<String, LayerSpec>> children = layer -> Map.of();
  private List<String> parameters = List.of();
  private String training = "";
  private StoredForm storedForm = StoredForm.SAME;
  private final Map<String, String> absent = new HashMap<>();
  private boolean layoutUnsaved;
  private boolean gatesSharePenalty;
  private boolean changesMasks;
  private Optional<Quirk> activityInside = Optional.empty();
  private Optional<Function<RowCall, JsonNode>> activity = Optional.empty();
  private BiFunction<RowCall, LayerSpec, List<Shape>> states = (around, cell) -> List.of();
  private List<String> rates = List.of();

  private LayerRow(Lowering lowering, String... names) {
    this.names = List.of(names);
    this.lowering = lowering;
  }

  /** A layer that hands the mask of its first input on. */
  public static LayerRow passes(Plain lowering, String... names) {
    return new LayerRow(
        call -> List.of(new Masked(lowering.lower(call), call.passedMask())), names);
  }

  /** A layer that hands the mask of its first input on in Keras 3 only. */
  public static LayerRow passesInKeras3(Plain lowering, String... names) {
    return new LayerRow(
        call -> {
          boolean passes = call.dialect().has(Quirk.RESHAPES_KEEP_MASKS);
          return List.of(new Masked(lowering.lower(call), passes ? call.passedMask() : null));
        },
        names);
  }

  /** A layer whose output has no mask. */
  public static LayerRow drops(Plain lowering, String... names) {
    return new LayerRow(call -> List.of(Masked.unmasked(lowering.lower(call))), names);
  }

  /** A layer that decides on masks itself, or has several outputs. */
  public static LayerRow of(Lowering lowering, String... names) {
    return new LayerRow(lowering, names);
  }

  /** A user's layer: it answers for every key and takes whatever arrays the file has for it. */
  static LayerRow custom(CustomLayer layer, String name) {
    LayerRow row = new LayerRow(layer::outputs, name);
    row.custom = true;
    return row.ignoresAll().states((around, cell) -> layer.states(cell.config()));
  }

  /** Declares trainable variables that are always there, in file order. */
  public LayerRow weights(String... variables) {
    List.of(variables).forEach(name -> weight(name, true, config -> true));
    return this;
  }

  /** Declares a variable that is there if the config says so. */
  public LayerRow weight(String name, boolean trainable, Function<Config, Boolean> present) {
    return weight(name, trainable, (config, layer) -> present.apply(config));
  }

  /** Declares a variable whose presence depends on more than the config. */
  public LayerRow weight(String name, boolean trainable, BiPredicate<Config, LayerSpec> present) {
    return weight(new Variable(name, trainable), present);
  }

  /** Declares a variable that not all files hold. */
  public LayerRow weight(Variable variable, BiPredicate<Config, LayerSpec> present) {
    stored.add(variable, present);
    return this;
  }

  /** Declares a file among the assets of an archive, which is there if the config says so. */
  public LayerRow asset(String name, Function<Config, Boolean> present) {
    stored.asset(name, present);
    return this;
  }

  /** Declares a variable that {@code use_bias} (Keras 1: {@code bias}) switches off. */
  public LayerRow bias() {
    return weight("bias", true, config -> config.get("use_bias", "bias").bool(true));
  }

  /** Declares the layers inside, by the attribute that holds each, in file order. */
  public LayerRow children(Function<LayerSpec, Map<String, LayerSpec>> inner) {
    this.children = inner;
    return this;
  }

  /** Declares the parameters of Keras 3's {@code call} behind the first, in positional order. */
  public LayerRow takes(String... names) {
    parameters = List.of(names);
    return this;
  }

  /** Declares that the layer draws random numbers in training, unless all these rates are 0. */
  public LayerRow draws(String... keys) {
    return trains("draws random numbers", keys);
  }

  /**
   * Declares that what the layer computes in training cannot be lowered.
   *
   * @param does what the layer does in training, in words
   * @param keys of the rates that switch it off if all are 0; none if it always does
   */
  public LayerRow trains(String does, String... keys) {
    training = does;
    rates = List.of(keys);
    return ignores(keys);
  }

  /** Declares how old files store the variables. */
  public LayerRow stored(StoredForm form) {
    storedForm = form;
    return this;
  }

  /** Declares what variables it has if Keras 3 has quantized its weights. */
  public LayerRow quantized(QuantizedForm form) {
    stored.quantized(form);
    return ignores("quantization_config");
  }

  /** Declares that Keras 1 does not save the layout, which is that of the model's other layers. */
  public LayerRow layoutUnsaved() {
    layoutUnsaved = true;
    return this;
  }

  /** Declares that Keras 1 gives recurrent weights the regulariser of the input weights. */
  public LayerRow gatesSharePenalty() {
    gatesSharePenalty = true;
    return this;
  }

  /** Declares that its calls change the masks of its inputs for what runs later. */
  public LayerRow changesMasks() {
    changesMasks = true;
    return this;
  }

  /** Declares that layers inside have its activity regulariser instead, where a quirk holds. */
  public LayerRow activityInside(Quirk where) {
    activityInside = Optional.of(where);
    return this;
  }

  /** Declares that the layer is a penalty on its output, saved as this regulariser. */
  public LayerRow penalises(Function<RowCall, JsonNode> regularizer) {
    activity = Optional.of(regularizer);
    return this;
  }

  /** Declares a cell: the shapes of its states without the batch; the call is that around it. */
  public LayerRow states(BiFunction<RowCall, LayerSpec, List<Shape>> shapes) {
    states = shapes;
    return this;
  }

  /** Declares what a setting is that files leave out, whatever the version. */
  public LayerRow absent(String key, String value) {
    absent.put(key, value);
    return this;
  }

  /** Declares keys that have no effect on what the layer computes. */
  public LayerRow ignores(String... keys) {
    ignored.addAll(List.of(keys));
    return this;
  }

  /** Declares that this row answers for every key. */
  public LayerRow ignoresAll() {
    ignoresAll = true;
    return this;
  }

  public List<String> parameters() {
    return parameters;
  }

  /** What keeps a layer of this class from being lowered as in training; empty if nothing does. */
  public String training(Config config) {
    boolean active =
        rates.isEmpty() || rates.stream().anyMatch(key -> config.get(key).number(0) != 0);
    return active ? training : "";
  }

  public boolean isCustom() {
    return custom;
  }

  public boolean answersFor(String key) {
    return ignoresAll || ignored.contains(key);
  }

  public List<String> names() {
    return names;
  }

  public StoredForm storedForm() {
    return storedForm;
  }

  /** Whether a layer of this class may be quantized in a mode. */
  public boolean takes(Quantization.Mode mode) {
    return stored.takes(mode);
  }

  public boolean isLayoutUnsaved() {
    return layoutUnsaved;
  }

  public boolean hasGatesSharingPenalty() {
    return gatesSharePenalty;
  }

  /** Whether it matters which calls run before and after this layer's. */
  public boolean isChangingMasks() {
    return changesMasks;
  }

  public boolean hasActivityInside(Dialect dialect) {
    return activityInside.filter(dialect::has).isPresent();
  }

  /** What a setting is that the file leaves out, if the row says so. */
  public Optional<String> absent(String key) {
    return Optional.ofNullable(absent.get(key));
  }

  /** The regulariser that the layer is, if it is one. */
  public Optional<JsonNode> activity(RowCall call) {
    return activity.map(regularizer -> regularizer.apply(call));
  }

  /** The shapes of a cell's states without the batch; empty for what is no cell. */
  public List<Shape> states(RowCall around, LayerSpec cell) {
    return states.apply(around, cell);
  }

  public Lowering lowering() {
    return lowering;
  }

  /** What files hold of layers of this class. */
  public Stored stored() {
    return stored;
  }

  /** The layers inside, by attribute. */
  public Map<String, LayerSpec> children(LayerSpec layer) {
    return new LinkedHashMap<>(children.apply(layer));
  }
}
