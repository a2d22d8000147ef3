package dev.keraunos.importer.internal.feature;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.error.InputException;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.config.Setting;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The table of a lookup of texts: tokens to indices and back. */
final class TokenTable {
  private static final Lookup.Tokens<String> TEXTS =
      new Lookup.Tokens<>() {
        @Override
        public String of(JsonNode json, Setting entry) {
          if (json.isTextual()) {
            return json.textValue();
          }
          throw entry.unexpected("texts");
        }

        @Override
        public String of(String line) {
          return line;
        }
      };

  private final String path;
  private final Lookup<String> lookup;
  private final Buckets unknowns;
  private final Map<String, Long> indices = new HashMap<>();

  /**
   * Reads the table of a call's layer.
   *
   * @param mask the token that stands for no text where the layer does not say it, or null
   * @throws dev.keraunos.keras.ModelFileException if the file has none
   */
  TokenTable(RowCall call, String mask) {
    path = call.path();
    lookup = Lookup.read(call, TEXTS, mask, "[UNK]");
    unknowns = Buckets.of(Math.max(1, lookup.unknowns()), call.config().get("salt"));
    for (String token : lookup.tokens()) {
      indices.put(token, (long) lookup.start() + indices.size());
    }
    if (lookup.mask() != null) {
      indices.put(lookup.mask(), lookup.masked());
    }
  }

  Lookup<String> lookup() {
    return lookup;
  }

  /**
   * The index of a token.
   *
   * @throws InputException if it is unknown and there is none for such
   */
  long index(String token) {
    Long known = indices.get(token);
    if (known != null) {
      return known;
    }
    if (lookup.unknowns() == 0) {
      throw new InputException(Lookup.foreign(path, token));
    }
    return lookup.unknownStart() + (lookup.unknowns() == 1 ? 0 : unknowns.of(token));
  }

  /** The token of an index. */
  String token(long index) {
    if (index == 0 && lookup.mask() != null) {
      return lookup.mask();
    }
    long place = index - lookup.start();
    List<String> tokens = lookup.tokens();
    return place >= 0 && place < tokens.size() ? tokens.get((int) place) : lookup.unknown();
  }
}
