package dev.keraunos.loss;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.error.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The saved settings of a built-in loss, metric or regulariser. Absent and null are Keras' default;
 * a value of another kind, and a key that nobody read, is an {@link InputException}.
 */
final class Settings {
  /** Keys that every object may carry: none changes what its function computes. */
  private static final Set<String> MEANINGLESS = Set.of("name", "dtype", "fn", "reduction");

  private final String owner;
  private final JsonNode json;
  private final Set<String> read = new HashSet<>(MEANINGLESS);

  /**
   * Starts reading.
   *
   * @param owner what has the settings, for errors, such as {@code loss 'huber'}
   */
  Settings(String owner, JsonNode json) {
    this.owner = owner;
    this.json = json;
  }

  private JsonNode get(String key) {
    read.add(key);
    return json.path(key);
  }

  private boolean isAbsent(String key) {
    JsonNode value = get(key);
    return value.isMissingNode() || value.isNull();
  }

  /** True where null is written out. */
  boolean isNull(String key) {
    return get(key).isNull();
  }

  double number(String key, double absent) {
    return isAbsent(key) ? absent : number(key, get(key));
  }

  private double number(String key, JsonNode value) {
    if (value.isNumber() || value.isBoolean()) {
      return value.isBoolean() ? (value.asBoolean() ? 1 : 0) : value.asDouble();
    }
    throw unexpected(key, "a number");
  }

  OptionalDouble number(String key) {
    return isAbsent(key) ? OptionalDouble.empty() : OptionalDouble.of(number(key, 0));
  }

  boolean flag(String key, boolean absent) {
    JsonNode value = get(key);
    if (isAbsent(key)) {
      return absent;
    }
    if (value.isBoolean()) {
      return value.asBoolean();
    }
    if (value.isNumber() && (value.asDouble() == 0 || value.asDouble() == 1)) {
      return value.asDouble() == 1;
    }
    throw unexpected(key, "true or false");
  }

  int integer(String key, int absent) {
    return isAbsent(key) ? absent : integer(key, get(key));
  }

  OptionalInt integer(String key) {
    return isAbsent(key) ? OptionalInt.empty() : OptionalInt.of(integer(key, 0));
  }

  private int integer(String key, JsonNode value) {
    double number = value.isNumber() ? value.asDouble() : Double.NaN;
    if (number == (int) number) {
      return (int) number;
    }
    throw unexpected(key, "a whole number");
  }

  /** A whole number that is not below a least one. */
  int count(String key, int absent, int least) {
    int count = integer(key, absent);
    if (count < least) {
      throw unexpected(key, "a whole number from " + least + " on");
    }
    return count;
  }

  /** One of some texts, in lower case whatever its case was. */
  String oneOf(String key, String absent, String... allowed) {
    JsonNode value = get(key);
    String text = isAbsent(key) ? absent : value.isTextual() ? value.asText() : value.toString();
    for (String one : allowed) {
      if (one.equalsIgnoreCase(text)) {
        return one;
      }
    }
    if (text.equals(absent)) {
      return text;
    }
    throw unexpected(key, "one of " + String.join(", ", allowed));
  }

  /** The {@code axis} of a loss; −1 if absent. Keras writes a list where it stands for one axis. */
  int axis() {
    int[] axes = integers("axis");
    if (axes.length > 1) {
      throw unexpected("axis", "one axis");
    }
    return axes.length == 0 ? -1 : axes[0];
  }

  /** Whole numbers from a list or a single one, none where the key is absent. */
  int[] integers(String key) {
    return list(key).stream().mapToInt(value -> integer(key, value)).toArray();
  }

  /** A number or a list of them. */
  float[] numbers(String key, float absent) {
    if (isAbsent(key)) {
      return new float[] {absent};
    }
    List<JsonNode> list = list(key);
    float[] numbers = new float[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) number(key, list.get(i));
    }
    return numbers;
  }

  /** True for a list in any of the forms that Keras gives tuples, arrays and tensors. */
  boolean isList(String key) {
    return unwrapped(get(key)).isArray();
  }

  private List<JsonNode> list(String key) {
    List<JsonNode> values = new ArrayList<>();
    JsonNode value = unwrapped(get(key));
    if (value.isArray()) {
      value.forEach(values::add);
    } else if (!isAbsent(key)) {
      values.add(value);
    }
    return values;
  }

  private static JsonNode unwrapped(JsonNode saved) {
    JsonNode value = saved.path("config").path("value");
    return saved.has("items") ? saved.get("items") : value.isMissingNode() ? saved : value;
  }

  /** Declares keys that have no effect. */
  void ignore(String... keys) {
    read.addAll(Arrays.asList(keys));
  }

  private InputException unexpected(String key, String allowed) {
    return new InputException(
        owner + ": '" + key + "' is " + json.get(key) + "; allowed: " + allowed);
  }

  /**
   * Refuses what nobody read and would be lost.
   *
   * @throws InputException naming the keys
   */
  void requireAllRead() {
    List<String> unread = new ArrayList<>();
    json.fieldNames().forEachRemaining(unread::add);
    unread.removeIf(key -> read.contains(key) || json.get(key).isNull());
    if (!unread.isEmpty()) {
      throw new InputException(
          owner + ": setting '" + unread.get(0) + "' is not understood in " + json);
    }
  }
}
