package dev.keraunos.importer.internal.feature;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.internal.feature.Encoding.Mode;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The table of a lookup layer. Its indices are those of the mask token, if there is one and the
 * layer gives indices, then those of unknown tokens, then those of the vocabulary.
 *
 * @param mode what the layer gives
 * @param inverted whether it turns indices into tokens
 * @param mask the token of index 0, or null
 * @param unknown the token that stands for unknown indices, or null
 * @param unknowns how many indices unknown tokens have
 * @param tokens the vocabulary without mask and unknown tokens
 * @param depth how many categories are counted
 * @param <T> what a token is
 */
record Lookup<T>(
    Mode mode, boolean inverted, T mask, T unknown, int unknowns, List<T> tokens, int depth) {
  /** What a mask token counts as where indices are counted: nothing. */
  static final long NOTHING = Long.MAX_VALUE;

  /** The name of the file in an archive that holds a vocabulary which the config does not. */
  static final String FILE = "vocabulary.txt";

  /** More indices than any vocabulary has. */
  private static final int LARGEST = 1 << 26;

  private static final List<Mode> MODES = Arrays.asList(Mode.values());

  /** What the tokens of a layer are: how they stand in a config and in a file. */
  interface Tokens<T> {
    T of(JsonNode json, Setting entry);

    /** Null if the line is none. */
    T of(String line);
  }

  /**
   * Reads the table of a call's layer.
   *
   * @param absentMask the mask token of a layer that does not say one, or null
   * @param absentUnknown the same of the unknown token
   * @throws ModelFileException if the file has none, or one that Keras refuses
   */
  static <T> Lookup<T> read(RowCall call, Tokens<T> kind, T absentMask, T absentUnknown) {
    Config config = call.config();
    Mode mode = Encoding.mode(call, Mode.INT, MODES);
    T mask = token(config.get("mask_token", "mask_value"), kind, absentMask);
    T unknown = token(config.get("oov_token", "oov_value"), kind, absentUnknown);
    boolean inverted = config.get("invert").bool(false);
    int unknowns =
        limited(config.get("num_oov_indices"), config.get("num_oov_indices").count(1, 0));
    Setting limit = config.get("max_tokens", "max_values");
    int most = limited(limit, limit.integer(0));
    boolean pads = config.get("pad_to_max_tokens").bool(false);
    if (pads && most <= 0 && call.dialect().has(Quirk.PADDING_WANTS_A_MAXIMUM)) {
      throw config.get("max_tokens").unexpected("a number, as pad_to_max_tokens is true");
    }
    if (inverted && (mode != Mode.INT || unknown == null)) {
      throw config.get("invert").unexpected("false without output_mode 'int' and an oov_token");
    }
    List<T> special = new ArrayList<>();
    if (mask != null && mode == Mode.INT) {
      special.add(mask);
    }
    special.addAll(Collections.nCopies(unknowns, unknown));
    List<T> tokens = without(special, vocabulary(call, kind));
    Lookup<T> lookup =
        new Lookup<>(
            mode,
            inverted,
            mask,
            unknown,
            unknowns,
            tokens,
            pads && most > 0 ? most : special.size() + tokens.size());
    lookup.check(call, most);
    return lookup;
  }

  private static int limited(Setting setting, int count) {
    if (count > LARGEST) {
      throw setting.unexpected("at most " + LARGEST);
    }
    return count;
  }

  private static <T> T token(Setting entry, Tokens<T> kind, T absent) {
    return entry.isMissing() ? absent : entry.isNull() ? null : kind.of(entry.json(), entry);
  }

  private static <T> List<T> without(List<T> special, List<T> tokens) {
    boolean begins =
        tokens.size() >= special.size() && tokens.subList(0, special.size()).equals(special);
    return List.copyOf(begins ? tokens.subList(special.size(), tokens.size()) : tokens);
  }

  private static <T> List<T> vocabulary(RowCall call, Tokens<T> kind) {
    Setting entry = call.config().get("vocabulary");
    List<T> tokens = new ArrayList<>();
    if (entry.isText()) {
      throw call.gap(
          "its vocabulary is the file '"
              + entry.text()
              + "', and files outside of the model's are not read; give the layer the tokens as a"
              + " list and save the model again");
    }
    if (!entry.isNull()) {
      for (Setting token : entry.list()) {
        tokens.add(kind.of(token.json(), entry));
      }
      return tokens;
    }
    String file =
        call.asset(FILE)
            .orElseThrow(
                () ->
                    new ModelFileException(
                        call.path(),
                        "no vocabulary in its config and no " + FILE + " among the assets",
                        "one of them",
                        "Adapt the layer and save the model as .keras; .h5 files leave out what"
                            + " layers were adapted to."));
    for (String line : VocabularyFile.lines(file, call.dialect())) {
      T token = kind.of(line);
      if (token == null) {
        throw new ModelFileException(
            call.path(),
            "the line '" + line + "' in " + FILE,
            "a whole number on each line",
            "The file is damaged: save the model again.");
      }
      tokens.add(token);
    }
    return tokens;
  }

  /** As {@code set_vocabulary} checks. */
  private void check(RowCall call, int most) {
    Set<T> seen = new HashSet<>();
    for (T token : tokens) {
      boolean reserved = token.equals(mask) || (inverted && token.equals(unknown));
      if (reserved || !seen.add(token)) {
        throw damaged(
            call,
            "the token '" + token + "'" + (reserved ? ", which is reserved" : " twice"),
            "tokens that differ, without mask_token and oov_token");
      }
    }
    if (most > 0 && start() + tokens.size() > most) {
      throw damaged(call, start() + tokens.size() + " tokens", "max_tokens = " + most);
    }
    if (tokens.isEmpty()) {
      throw damaged(call, "no tokens", "one or more");
    }
  }

  private static ModelFileException damaged(RowCall call, String found, String allowed) {
    return new ModelFileException(
        call.path(),
        "a vocabulary with " + found,
        allowed,
        "The file is damaged, as Keras makes no such layer: save the model again.");
  }

  /** The index of the first unknown token. */
  int unknownStart() {
    return mask != null && mode == Mode.INT ? 1 : 0;
  }

  /** The index of the first token of the vocabulary. */
  int start() {
    return unknownStart() + unknowns;
  }

  /** What the mask token is given as. */
  long masked() {
    return mode == Mode.INT ? 0 : NOTHING;
  }

  /** All indices with their tokens, in order: special ones by the unknown token. */
  List<T> byIndex() {
    List<T> all = new ArrayList<>(Collections.nCopies(start(), unknown));
    all.addAll(tokens);
    return all;
  }

  /** The error of tokens that have no index. */
  static String foreign(String path, Object token) {
    return path
        + ": '"
        + token
        + "' is not in the vocabulary, and num_oov_indices=0 leaves no index for it; Keras refuses"
        + " it too";
  }
}
