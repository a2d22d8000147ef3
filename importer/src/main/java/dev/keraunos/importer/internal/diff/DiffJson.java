package dev.keraunos.importer.internal.diff;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** How two files differ, for machines, as {@code diff.schema.json} says. */
public final class DiffJson {
  private static final int VERSION = 1;

  private DiffJson() {}

  /** The JSON; what data say is null. */
  public static ObjectNode of(FileDiff diff) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", VERSION);
    json.put("a", diff.a()).put("b", diff.b()).put("equal", diff.isEmpty());
    json.put("layers", diff.layers()).put("arrays", diff.compared());
    changes(json.putArray("topology"), diff.topology());
    changes(json.putArray("settings"), diff.settings());
    ArrayNode weights = json.putArray("weights");
    diff.arrays().forEach(change -> array(change, weights.addObject()));
    changes(json.putArray("compiled"), diff.compiled());
    json.putNull("data");
    return json;
  }

  private static void changes(ArrayNode array, List<FileDiff.Change> changes) {
    for (FileDiff.Change change : changes) {
      ObjectNode json = array.addObject().put("path", change.path()).put("key", change.key());
      json.set("a", change.a());
      json.set("b", change.b());
    }
  }

  private static void array(ArrayChange change, ObjectNode json) {
    json.put("path", change.path()).put("name", change.name());
    form(json, "a", change.a());
    form(json, "b", change.b());
    if (change.numbers().isPresent()) {
      numbers(change.numbers().get(), json.putObject("numbers"));
    } else {
      json.putNull("numbers");
    }
  }

  private static void form(ObjectNode json, String key, Optional<ArrayChange.Form> form) {
    if (form.isEmpty()) {
      json.putNull(key);
      return;
    }
    ObjectNode entry = json.putObject(key).put("dtype", form.get().dtype());
    ArrayNode shape = entry.putArray("shape");
    for (int axis = 0; axis < form.get().shape().rank(); axis++) {
      shape.add(form.get().shape().dim(axis));
    }
    entry.put("sha256", form.get().digest());
  }

  /** How numbers differ; null for what is no finite number. */
  public static void numbers(ArrayChange.Numbers numbers, ObjectNode json) {
    json.put("changed", numbers.changed()).put("size", numbers.size());
    json.put("largest", finite(numbers.largest()));
    ArrayNode at = json.putArray("at");
    numbers.at().forEach(at::add);
    json.put("mean", finite(numbers.mean())).put("relative", finite(numbers.relative()));
  }

  /** A number that JSON has; null for others. */
  public static Double finite(double x) {
    return Double.isFinite(x) ? Double.valueOf(x) : null;
  }
}
