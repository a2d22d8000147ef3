package dev.keraunos.importer.internal.feature;

import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import java.util.ArrayList;
import java.util.List;

/** The lines of a {@code vocabulary.txt} as Keras reads them. */
final class VocabularyFile {
  private VocabularyFile() {}

  static List<String> lines(String file, Dialect dialect) {
    String text = file.replace("\r\n", "\n").replace('\r', '\n');
    if (!dialect.has(Quirk.VOCABULARIES_END_WITHOUT_BLANKS)) {
      return List.of(text.split("\n", -1));
    }
    List<String> lines =
        new ArrayList<>(List.of(text.split("[\n\u000b\u000c\u001c-\u001e\u0085\u2028\u2029]", -1)));
    while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1);
    }
    return lines;
  }
}
