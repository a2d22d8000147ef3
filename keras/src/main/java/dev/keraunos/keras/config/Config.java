package dev.keraunos.keras.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.keraunos.keras.ModelFileException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The config of one layer or other saved object. It remembers which keys were asked for, so that
 * keys nobody read can be reported: {@link #unread} after a layer was lowered.
 *
 * <p>Not thread-safe; make a fresh one per reader.
 */
public final class Config {
  private final JsonNode json;
  private final String path;
  private final Set<String> read = new HashSet<>();

  /**
   * A reader of a JSON object; null reads as an empty object.
   *
   * @param path the layer's path in the model, named by every error
   * @throws ModelFileException if the JSON is no object
   */
  public Config(JsonNode json, String path) {
    this.json =
        json == null || json.isNull() || json.isMissingNode()
            ? JsonNodeFactory.instance.objectNode()
            : json;
    this.path = path;
    if (!this.json.isObject()) {
      throw new ModelFileException(
          path, "a config that is " + Setting.kind(this.json), "a JSON object", "");
    }
  }

  /** The layer's path in the model. */
  public String path() {
    return path;
  }

  /** True if the key is present, even with the value null. */
  public boolean has(String key) {
    return json.has(key);
  }

  /**
   * The value of the first of these names that is present, or an absent value. Give the newest name
   * first and the names older Keras versions wrote after it. All of them count as read.
   */
  public Setting get(String... names) {
    for (String name : names) {
      read.add(name);
    }
    for (String name : names) {
      if (json.has(name)) {
        return new Setting(json.get(name), path, name);
      }
    }
    return new Setting(MissingNode.getInstance(), path, names[0]);
  }

  /** A text in place of a key that the file leaves out. */
  public Setting standIn(String key, String text) {
    return new Setting(TextNode.valueOf(text), path, key);
  }

  /** Declares keys that have no effect on what the layer computes. */
  public void ignore(String... names) {
    for (String name : names) {
      read.add(name);
    }
  }

  /** The keys that are present and were neither read nor ignored, in file order. */
  public Set<String> unread() {
    Set<String> unread = new LinkedHashSet<>();
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      unread.add(names.next());
    }
    unread.removeAll(read);
    return unread;
  }

  /**
   * Refuses what nobody read and would be lost; null is as good as absent.
   *
   * @throws ModelFileException naming the first such key
   */
  public void requireAllRead() {
    for (String key : unread()) {
      if (!json.get(key).isNull()) {
        throw new ModelFileException(
            path,
            "the setting '" + key + "' = " + json.get(key),
            read.isEmpty() ? "none" : "of " + String.join(", ", new TreeSet<>(read)),
            "");
      }
    }
  }

  /** The JSON itself; reading it marks nothing as read. */
  public JsonNode json() {
    return json;
  }

  @Override
  public String toString() {
    return path + " " + json;
  }
}
