package dev.keraunos.importer.internal.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.internal.bytecode.PythonFunction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A Python function as a config holds it.
 *
 * @param code what {@code marshal} wrote
 * @param defaults of its last parameters
 * @param closure the values of the variables of the function around it
 */
public record StoredFunction(byte[] code, List<JsonNode> defaults, List<JsonNode> closure) {
  private static final int CODE = 'c';
  private static final int REFERENCED = 0x80;

  /**
   * What an entry of a config holds: {@code [code, defaults, closure]} until Keras 2, an object of
   * the class {@code __lambda__} in Keras 3. Empty for names and other objects.
   */
  public static Optional<StoredFunction> of(JsonNode function) {
    if (function.isArray() && function.size() == 3 && function.get(0).isTextual()) {
      return Optional.of(of(function.get(0), function.get(1), function.get(2)));
    }
    JsonNode config = function.path("config");
    boolean isLambda = function.path("class_name").asText().equals("__lambda__");
    return isLambda && config.path("code").isTextual()
        ? Optional.of(of(config.get("code"), config.path("defaults"), config.path("closure")))
        : Optional.empty();
  }

  private static StoredFunction of(JsonNode code, JsonNode defaults, JsonNode closure) {
    return new StoredFunction(bytes(code.asText()), items(defaults), items(closure));
  }

  private static List<JsonNode> items(JsonNode list) {
    List<JsonNode> items = new ArrayList<>();
    Literals.plain(list).forEach(items::add);
    return items;
  }

  /** Base 64 in lines since 2.1.2; before, bytes as text that Python calls raw-unicode-escape. */
  private static byte[] bytes(String code) {
    if (code.chars().allMatch(c -> c == '\n' || c == '\r' || (c > ' ' && c < 127))) {
      try {
        byte[] decoded = Base64.getMimeDecoder().decode(code);
        if (decoded.length > 0 && (decoded[0] & ~REFERENCED & 0xff) == CODE) {
          return decoded;
        }
      } catch (IllegalArgumentException e) {
        return rawUnicode(code);
      }
    }
    return rawUnicode(code);
  }

  private static byte[] rawUnicode(String code) {
    StringBuilder bytes = new StringBuilder();
    code.codePoints()
        .forEach(
            c -> {
              if (c <= 0xff) {
                bytes.append((char) c);
              } else {
                bytes.append((c <= 0xffff ? "\\u%04x" : "\\U%08x").formatted(c));
              }
            });
    return bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * The function as an expression.
   *
   * @throws dev.keraunos.importer.internal.bytecode.UndecodableException if it is none
   */
  public PythonFunction decode() {
    return PythonFunction.decode(code);
  }
}
