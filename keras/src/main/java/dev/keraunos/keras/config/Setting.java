package dev.keraunos.keras.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.error.InputException;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One entry of a config, read as the type the caller expects. Every conversion throws {@link
 * ModelFileException} naming the layer and the key if the JSON does not fit.
 *
 * <p>Readers are as lenient as Keras: {@code 3.0} is an integer, {@code [3]} is 3, tuples and
 * constants read in every form that Keras writes.
 */
public final class Setting {
  private final JsonNode json;
  private final String path;
  private final String key;

  Setting(JsonNode json, String path, String key) {
    this.json = unwrap(json == null ? MissingNode.getInstance() : json);
    this.path = path;
    this.key = key;
  }

  /** Strips Keras' envelopes of tuples, shapes, numpy arrays and constant tensors. */
  private static JsonNode unwrap(JsonNode json) {
    return switch (json.path("class_name").asText()) {
      case "__tuple__", "TensorShape" -> json.path("items");
      case "__numpy__", "__tensor__" -> json.path("config").path("value");
      default -> json.path("type").asText().equals("ndarray") ? json.path("value") : json;
    };
  }

  /** True if the key is absent from the config. */
  public boolean isMissing() {
    return json.isMissingNode();
  }

  /** True if the key is absent or its value is null. */
  public boolean isNull() {
    return json.isMissingNode() || json.isNull();
  }

  /** True for a JSON list or tuple. */
  public boolean isList() {
    return json.isArray();
  }

  /** True for a number. */
  public boolean isNumber() {
    return json.isNumber();
  }

  /** True for a text. */
  public boolean isText() {
    return json.isTextual();
  }

  /** True for an object. */
  public boolean isObject() {
    return json.isObject();
  }

  /** A whole number. */
  public int integer() {
    JsonNode number = json.isArray() && json.size() == 1 ? json.get(0) : json;
    if (number.isNumber() && number.asDouble() == number.asInt()) {
      return number.asInt();
    }
    throw unexpected("a whole number");
  }

  /** A whole number, or the default where the key is absent or null. */
  public int integer(int absent) {
    return isNull() ? absent : integer();
  }

  /** A whole number, if there is one. */
  public OptionalInt optionalInteger() {
    return isNull() ? OptionalInt.empty() : OptionalInt.of(integer());
  }

  /** A whole number from {@code least} on, or the default where the key is absent or null. */
  public int count(int absent, int least) {
    int count = integer(absent);
    if (count < least) {
      throw unexpected("a whole number from " + least + " on");
    }
    return count;
  }

  /** A number, NaN and infinities included. */
  public double number() {
    JsonNode number = json.isArray() && json.size() == 1 ? json.get(0) : json;
    if (number.isNumber()) {
      return number.asDouble();
    }
    throw unexpected("a number");
  }

  /** A number, or the default where the key is absent or null. */
  public double number(double absent) {
    return isNull() ? absent : number();
  }

  /** A number, if there is one. */
  public OptionalDouble optionalNumber() {
    return isNull() ? OptionalDouble.empty() : OptionalDouble.of(number());
  }

  /** True or false; 0 and 1 are accepted as Python does. */
  public boolean bool() {
    if (json.isBoolean()) {
      return json.asBoolean();
    }
    if (json.isNumber() && (json.asDouble() == 0 || json.asDouble() == 1)) {
      return json.asDouble() == 1;
    }
    throw unexpected("true or false");
  }

  /** True or false, or the default where the key is absent or null. */
  public boolean bool(boolean absent) {
    return isNull() ? absent : bool();
  }

  /** A text. */
  public String text() {
    if (json.isTextual()) {
      return json.asText();
    }
    throw unexpected("a text");
  }

  /** A text, or the default where the key is absent or null. */
  public String text(String absent) {
    return isNull() ? absent : text();
  }

  /**
   * One of these texts as it is spelled here, whatever its case in the file, or the default (which
   * may be none of them) where the key is absent or null.
   */
  public String oneOf(String absent, String... allowed) {
    if (isNull()) {
      return absent;
    }
    for (String one : allowed) {
      if (one.equalsIgnoreCase(json.isTextual() ? json.asText() : null)) {
        return one;
      }
    }
    throw unexpected("one of " + String.join(", ", allowed));
  }

  /** A list of whole numbers; a single number is a list of one. */
  public int[] integers() {
    return json.isArray()
        ? list().stream().mapToInt(Setting::integer).toArray()
        : new int[] {integer()};
  }

  /**
   * A list of whole numbers, or the default, which may be none, where the key is absent or null.
   */
  public int[] integersOr(int... absent) {
    return isNull() ? absent : integers();
  }

  /** Exactly {@code count} whole numbers; a single one stands for all of them. */
  public int[] integers(int count) {
    int[] values = integers();
    if (values.length == 1 && count > 1) {
      int[] repeated = new int[count];
      Arrays.fill(repeated, values[0]);
      return repeated;
    }
    if (values.length != count) {
      throw unexpected("a whole number or a list of " + count);
    }
    return values;
  }

  /** As {@link #integers(int)}, or the default repeated where the key is absent or null. */
  public int[] integers(int count, int absent) {
    if (!isNull()) {
      return integers(count);
    }
    int[] values = new int[count];
    Arrays.fill(values, absent);
    return values;
  }

  /** A list of numbers, flattened in row-major order; a single number is a list of one. */
  public double[] numbers() {
    return json.isArray()
        ? list().stream().flatMapToDouble(v -> Arrays.stream(v.numbers())).toArray()
        : new double[] {number()};
  }

  /** The same as floats, or the default alone where the key is absent or null. */
  public float[] floats(float absent) {
    if (isNull()) {
      return new float[] {absent};
    }
    double[] numbers = numbers();
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  /** A shape; null dimensions are unknown. */
  public Shape shape() {
    try {
      return Shape.of(
          list().stream().mapToLong(v -> v.isNull() ? Shape.UNKNOWN : v.dimension()).toArray());
    } catch (InputException e) {
      throw unexpected("a shape");
    }
  }

  private long dimension() {
    if (json.isNumber() && json.asDouble() == json.asLong() && json.asLong() >= 0) {
      return json.asLong();
    }
    throw unexpected("a dimension (a number from 0 on, or null)");
  }

  /** The elements of a list. */
  public List<Setting> list() {
    if (!json.isArray()) {
      throw unexpected("a list");
    }
    List<Setting> values = new ArrayList<>(json.size());
    for (int i = 0; i < json.size(); i++) {
      values.add(new Setting(json.get(i), path, key + "[" + i + "]"));
    }
    return values;
  }

  /** A nested object; absent and null read as an empty one. */
  public Config config() {
    if (isNull() || json.isObject()) {
      return new Config(json, place());
    }
    throw unexpected("an object");
  }

  /** A function or object in any of Keras' spellings. */
  public SavedObject savedObject() {
    if (json.isTextual()) {
      return saved(null, json.asText());
    }
    JsonNode className = json.path("class_name");
    if (className.isTextual()) {
      return envelope(className.asText());
    }
    if (json.path("name").isTextual()) {
      ObjectNode settings = json.deepCopy();
      settings.remove("name");
      return saved(settings, json.path("name").asText());
    }
    throw unexpected("a name or an object with class_name and config");
  }

  private SavedObject envelope(String className) {
    String registered = json.path("registered_name").asText("");
    String own = registered.contains(">") ? registered : "";
    JsonNode config = json.path("config");
    if (className.equals("function") && config.isTextual()) {
      return saved(null, own, config.asText(), registered);
    }
    if (config.isTextual()) { // a registered object whose get_config returned a name
      ObjectNode named = JsonNodeFactory.instance.objectNode().put("name", config.asText());
      return saved(named, own, className, registered, config.asText());
    }
    String wrapped =
        config.has("fn")
            ? new Setting(config.get("fn"), path, key).savedObject().registeredName()
            : "";
    return saved(config, own, className, registered, wrapped);
  }

  private SavedObject saved(JsonNode settings, String... candidates) {
    Set<String> names = new LinkedHashSet<>();
    for (String candidate : candidates) {
      names.add(candidate);
      names.add(SavedObject.bare(candidate));
    }
    names.remove("");
    if (names.isEmpty()) {
      throw unexpected("a name or an object with class_name and config");
    }
    String module = json.path("module").asText("");
    return new SavedObject(List.copyOf(names), module, new Config(settings, place()));
  }

  private String place() {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** The JSON itself, with Keras' envelopes of tuples and arrays stripped. */
  public JsonNode json() {
    return json;
  }

  /** An error that names the layer, the key and what was found. */
  public ModelFileException unexpected(String allowed) {
    String found = isMissing() ? "no '" + key + "'" : "'" + key + "' = " + shorten(json.toString());
    return new ModelFileException(path, found, allowed, "");
  }

  static String kind(JsonNode json) {
    return "of JSON type " + json.getNodeType() + " (" + shorten(json.toString()) + ")";
  }

  private static String shorten(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  @Override
  public String toString() {
    return place() + " = " + shorten(json.toString());
  }
}
