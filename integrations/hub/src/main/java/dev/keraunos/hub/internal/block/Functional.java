package dev.keraunos.hub.internal.block;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.keras.config.Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A functional model in the making, written as Keras 3 saves one. */
public final class Functional {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** A layer, or an operation of {@code keras.ops}, and its calls. */
  public static final class Layer {
    private final ObjectNode entry;
    private final Optional<Functional> model;
    private final List<Call> calls = new ArrayList<>();

    private Layer(ObjectNode entry, Optional<Functional> model) {
      this.entry = entry;
      this.model = model;
    }

    public String name() {
      return entry.path("name").asText();
    }

    /** The output of its first call. */
    public Tensor tensor() {
      return new Tensor(this, 0, 0);
    }

    /** The entry as saved. */
    public ObjectNode entry() {
      return entry;
    }

    /** A call with tensors by position. */
    public Tensor of(Tensor... xs) {
      return call(Arrays.asList((Object[]) xs), Map.of());
    }

    /** A call with a list of tensors. */
    public Tensor ofList(Tensor... xs) {
      return call(List.of(Arrays.asList(xs)), Map.of());
    }

    /** A call with one tensor by position and others by name; null for none. */
    public Tensor of(Tensor x, String keyword, Object argument) {
      Map<String, Object> named = new LinkedHashMap<>();
      named.put(keyword, argument);
      return call(List.of(x), named);
    }

    /**
     * A call.
     *
     * @param arguments tensors, lists and dicts of them, and constants
     */
    public Tensor call(List<?> arguments, Map<String, ?> keywords) {
      Call call = new Call(this, arguments, new TreeMap<>(keywords));
      calls.add(call);
      return new Tensor(this, calls.size() - 1, 0);
    }
  }

  /** Compared by identity. */
  private static final class Call {
    private final Layer layer;
    private final List<?> arguments;
    private final Map<String, ?> keywords;

    Call(Layer layer, List<?> arguments, Map<String, ?> keywords) {
      this.layer = layer;
      this.arguments = arguments;
      this.keywords = keywords;
    }

    List<Tensor> tensors() {
      List<Tensor> found = new ArrayList<>();
      collect(arguments, found);
      collect(keywords, found);
      return found;
    }
  }

  /** A tensor: an output of a call. */
  public record Tensor(Layer layer, int call, int index) {
    /** Another output of the same call. */
    public Tensor output(int other) {
      return new Tensor(layer, call, other);
    }
  }

  private final String name;
  private final Config config;
  private final Map<String, Layer> layers = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> levels = new TreeMap<>();
  private Object outputs = List.of();
  private boolean plain;
  private JsonNode dtype;

  /**
   * A model without layers.
   *
   * @param config the arguments of its class
   * @param className after which Keras names it where the file does not
   */
  public Functional(Config config, String className) {
    this.config = config;
    this.name = config.get("name").text(snake(className));
    this.dtype = config.get("dtype").json();
    config.ignore("trainable");
  }

  /** Says that the layers take no type from the model, which forgets to hand it on. */
  public Functional plainTypes() {
    dtype = JSON.missingNode();
    return this;
  }

  /** The arguments of the class. */
  public Config config() {
    return config;
  }

  public String name() {
    return name;
  }

  public JsonNode dtype() {
    return dtype;
  }

  /**
   * An input.
   *
   * @param shape without the batch, null for an unknown dimension
   */
  public Tensor input(String inputName, String type, Integer... shape) {
    ArrayNode dims = JSON.arrayNode().addNull();
    Arrays.asList(shape).forEach(dims::add);
    Layer layer =
        add(Entries.of("InputLayer", inputName, JSON.textNode(type), "batch_shape", dims));
    Tensor tensor = layer.call(List.of(), Map.of());
    inputs.put(inputName, tensor);
    return tensor;
  }

  /** Takes a model's inputs as those of this one. */
  public Map<String, Object> inputs(Functional inner) {
    Map<String, Object> taken = new TreeMap<>();
    inner.inputs.forEach(
        (inputName, tensor) -> {
          Layer layer = add(tensor.layer().entry().deepCopy());
          Tensor own = layer.call(List.of(), Map.of());
          inputs.put(inputName, own);
          taken.put(inputName, own);
        });
    return taken;
  }

  /** Token ids or the like, (batch, time) of int32. */
  public Tensor ids(String inputName) {
    return input(inputName, "int32", (Integer) null);
  }

  /**
   * A layer.
   *
   * @param className of Keras; with {@code >} in front one of KerasHub, and {@code
   *     >gemma.RMSNormalization} one whose name others have too
   * @param layerName null for the one that Keras gives
   * @param settings keys and values of its config in turn
   */
  public Layer layer(String className, String layerName, Object... settings) {
    String given = layerName == null ? unnamed(Entries.bare(className)) : layerName;
    ObjectNode entry = Entries.of(className, given, dtype, settings);
    Types.ofLayer(entry, name);
    return add(entry);
  }

  /** A layer of another model, or inside of one, that is one of this too. */
  public Layer shared(ObjectNode entry) {
    ObjectNode own = entry.deepCopy();
    Types.ofPart(own);
    return add(own);
  }

  /** An entry of a layer that is in two places: its weights are stored where it comes first. */
  public static ObjectNode identified(ObjectNode entry, String where) {
    if (!entry.has("shared_object_id")) {
      entry.put("shared_object_id", 1L << 40 | (where.hashCode() & 0xffffffffL));
    }
    return entry;
  }

  /** An entry of a layer inside another; see {@link #layer}. */
  public static ObjectNode entry(
      String className, String layerName, JsonNode dtype, Object... settings) {
    return Entries.of(className, layerName, dtype, settings);
  }

  /** A model as a layer. */
  public Layer model(JsonNode entry, Functional inner) {
    ObjectNode own = JSON.objectNode();
    own.setAll((ObjectNode) entry);
    own.put("name", inner.name());
    return add(own, Optional.of(inner));
  }

  /** A plain functional model as a layer. */
  public Layer functional(String layerName, Functional inner) {
    ObjectNode entry = JSON.objectNode().put("class_name", "Functional").put("name", layerName);
    return add(entry, Optional.of(inner));
  }

  /** A Sequential of layers as a layer. */
  public Layer sequential(String layerName, ObjectNode... entries) {
    return add(sequence(layerName, entries));
  }

  /** The entry of a Sequential of layers inside another layer. */
  public static ObjectNode sequence(String layerName, ObjectNode... entries) {
    ObjectNode config = JSON.objectNode().put("name", layerName);
    ArrayNode inside = config.putArray("layers");
    inside.addAll(Arrays.asList(entries));
    ObjectNode entry = JSON.objectNode().put("class_name", "Sequential").put("name", layerName);
    entry.set("config", config);
    return entry;
  }

  /** What stands for the type that Keras gives to layers. */
  public static JsonNode noType() {
    return JSON.missingNode();
  }

  /** A function of {@code keras.ops} by its class. */
  public Tensor op(String className, Object... arguments) {
    return op(className, Arrays.asList(arguments), Map.of(), new Object[0]);
  }

  /**
   * The same with arguments by name, and settings.
   *
   * @param settings keys and values of its config in turn
   */
  public Tensor op(
      String className, List<?> arguments, Map<String, ?> keywords, Object... settings) {
    ObjectNode entry = Entries.of(className, unnamed(className), JSON.missingNode(), settings);
    entry.put("module", "keras.src.ops.numpy");
    entry.put("registered_name", className);
    return add(entry).call(arguments, keywords);
  }

  /** {@code x[:, index, ...]}. */
  public Tensor step(Tensor x, int index) {
    return op("GetItem", x, List.of(slice(null, null), index));
  }

  /** A slice as Keras saves one. */
  public static Map<String, Object> slice(Integer start, Integer stop) {
    Map<String, Object> range = new LinkedHashMap<>();
    range.put("start", start);
    range.put("stop", stop);
    range.put("step", null);
    return Map.of("class_name", "__slice__", "config", range);
  }

  private static String snake(String className) {
    return className
        .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }

  private String unnamed(String className) {
    String snake = snake(className);
    int earlier = counts.merge(snake, 1, Integer::sum) - 1;
    return earlier == 0 ? snake : snake + "_" + earlier;
  }

  private Layer add(ObjectNode entry) {
    return add(entry, Optional.empty());
  }

  private Layer add(ObjectNode entry, Optional<Functional> model) {
    if (!entry.has("name")) {
      entry.set("name", entry.path("config").path("name"));
    }
    Layer layer = new Layer(entry, model);
    if (layers.putIfAbsent(layer.name(), layer) != null) {
      throw new IllegalStateException("a second layer " + layer.name() + " in " + name);
    }
    return layer;
  }

  /** Says what the model returns: a tensor, a list or a dict of them. */
  public Functional returns(Object structure) {
    outputs = structure;
    return this;
  }

  /** Notes what an image is at a level, smaller by a power of 2 than what the model takes. */
  public void level(int power, Tensor x) {
    levels.put("P" + power, x);
  }

  /** Images by the names of their levels, as {@code P3}. */
  public Map<String, Tensor> levels() {
    return Collections.unmodifiableMap(levels);
  }

  /** What the model returns. */
  public Object outputs() {
    return outputs;
  }

  /** A layer by its name. */
  public Layer layer(String layerName) {
    return layers.get(layerName);
  }

  /** The place of an output among those of a call of this model. */
  public int place(String key) {
    return outputs instanceof Map<?, ?> dict
        ? new ArrayList<>(new TreeMap<>(dict).keySet()).indexOf(key)
        : 0;
  }

  /** The config of the model. */
  public ObjectNode json() {
    ObjectNode json = JSON.objectNode();
    json.put("name", name);
    json.put("trainable", true);
    ArrayNode written = json.putArray("layers");
    for (Layer layer : inOrder()) {
      written.add(write(layer));
    }
    json.set("input_layers", ends(inputs.size() == 1 && isPlain() ? only() : inputs));
    json.set("output_layers", ends(outputs));
    return json;
  }

  /** Says that the model takes its only input as a tensor, not as a dict. */
  public Functional takesTensor() {
    plain = true;
    return this;
  }

  /** Whether it takes its only input as a tensor. */
  public boolean isPlain() {
    return plain;
  }

  private Tensor only() {
    return inputs.values().iterator().next();
  }

  private static ObjectNode write(Layer layer) {
    ObjectNode entry = layer.entry.deepCopy();
    layer.model.ifPresent(inner -> entry.set("config", inner.json()));
    ArrayNode nodes = entry.putArray("inbound_nodes");
    for (Call call : layer.calls) {
      if (!call.arguments.isEmpty() || !call.keywords.isEmpty()) {
        ObjectNode node = nodes.addObject();
        node.set("args", argument(call.arguments));
        node.set("kwargs", argument(call.keywords));
      }
    }
    return entry;
  }

  private static JsonNode argument(Object value) {
    if (value instanceof Tensor tensor) {
      ObjectNode json = JSON.objectNode().put("class_name", "__keras_tensor__");
      json.putObject("config").set("keras_history", ends(tensor));
      return json;
    } else if (value instanceof List<?> list) {
      ArrayNode json = JSON.arrayNode();
      list.forEach(item -> json.add(argument(item)));
      return json;
    } else if (value instanceof Map<?, ?> dict) {
      ObjectNode json = JSON.objectNode();
      dict.forEach((key, item) -> json.set((String) key, argument(item)));
      return json;
    }
    return Entries.json(value);
  }

  private static JsonNode ends(Object structure) {
    if (structure instanceof Tensor tensor) {
      return JSON.arrayNode().add(tensor.layer.name()).add(tensor.call).add(tensor.index);
    } else if (structure instanceof List<?> list) {
      ArrayNode json = JSON.arrayNode();
      list.forEach(item -> json.add(ends(item)));
      return json;
    }
    ObjectNode json = JSON.objectNode();
    ((Map<?, ?>) structure).forEach((key, item) -> json.set((String) key, ends(item)));
    return json;
  }

  private static void collect(Object value, List<Tensor> found) {
    if (value instanceof Tensor tensor) {
      found.add(tensor);
    } else if (value instanceof List<?> list) {
      list.forEach(item -> collect(item, found));
    } else if (value instanceof Map<?, ?> dict) {
      new TreeMap<>(dict).values().forEach(item -> collect(item, found));
    }
  }

  /**
   * The layers in the order of {@code model.layers}, after which archives number them: {@code
   * map_graph} of keras/src/ops/function.py.
   */
  private List<Layer> inOrder() {
    Map<Layer, Integer> places = new LinkedHashMap<>();
    Set<Call> finished = new LinkedHashSet<>();
    List<Tensor> ends = new ArrayList<>();
    collect(outputs, ends);
    ends.forEach(end -> visit(end, places, finished));
    List<Call> order = new ArrayList<>(finished);
    Map<Call, Integer> depths = new HashMap<>();
    Map<Layer, Integer> layerDepths = new LinkedHashMap<>();
    for (int i = order.size() - 1; i >= 0; i--) {
      Call call = order.get(i);
      int depth = Math.max(depths.getOrDefault(call, 0), layerDepths.getOrDefault(call.layer, 0));
      depths.put(call, depth);
      layerDepths.put(call.layer, depth);
      for (Tensor parent : call.tensors()) {
        depths.merge(parent.layer.calls.get(parent.call), depth + 1, Math::max);
      }
    }
    for (Tensor input : inputs.values()) {
      layerDepths.putIfAbsent(input.layer, 0);
      places.putIfAbsent(input.layer, -1);
    }
    List<Layer> ordered = new ArrayList<>(layerDepths.keySet());
    ordered.sort(
        Comparator.comparing((Layer layer) -> -layerDepths.get(layer)).thenComparing(places::get));
    return ordered;
  }

  private static void visit(Tensor tensor, Map<Layer, Integer> places, Set<Call> finished) {
    Call call = tensor.layer.calls.get(tensor.call);
    if (finished.contains(call)) {
      return;
    }
    places.putIfAbsent(tensor.layer, places.size());
    call.tensors().forEach(parent -> visit(parent, places, finished));
    finished.add(call);
  }
}
