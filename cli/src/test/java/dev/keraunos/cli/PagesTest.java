package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What pages show behind {@code $ keraunos} is what the command prints. */
class PagesTest {
  private static final Path PAGES = Path.of("../src/site/markdown");
  private static final String FOLDER = "src/test/models/";
  private static final String PROMPT = "    $ keraunos ";
  private static final String INDENT = "    ";

  @ParameterizedTest
  @ValueSource(strings = {"inspect.md", "diff.md"})
  void showWhatIsPrinted(String page) throws IOException {
    List<String> lines = Files.readAllLines(PAGES.resolve(page));
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(PROMPT)) {
        shown.add(lines.get(i));
        List<String> output = new ArrayList<>();
        for (int k = i + 1; k < lines.size() && isOutput(lines.get(k)); k++) {
          output.add(lines.get(k).isBlank() ? "" : lines.get(k).substring(INDENT.length()));
        }
        assertEquals(String.join("\n", output).strip(), printed(lines.get(i)), lines.get(i));
      }
    }
    assertFalse(shown.isEmpty());
  }

  private static boolean isOutput(String line) {
    return line.isBlank() || (line.startsWith(INDENT) && !line.startsWith(PROMPT));
  }

  private static String printed(String line) {
    String[] words = line.substring(PROMPT.length()).split(" ", -1);
    for (int i = 0; i < words.length; i++) {
      Path file = Path.of(FOLDER + words[i]);
      words[i] = Files.exists(file) ? file.toString() : words[i];
    }
    return Cli.run((Object[]) words)
        .out()
        .replace(FOLDER, "")
        .lines()
        .collect(Collectors.joining("\n"))
        .strip();
  }
}
