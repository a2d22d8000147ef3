package dev.keraunos.loss.internal.finding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The pages of what Keraunos can tell say what the rules say. */
class FindingPageTest {
  private static final Path ROOT = Path.of("..");
  private static final Path PAGES = ROOT.resolve("src/site/markdown");

  /** The property under which pages are written instead of compared. */
  private static final String WRITE = "keraunos.pages";

  /** By rule, the recorded models of which it is to speak first. */
  private static Map<String, List<String>> cases() throws IOException {
    Map<String, List<String>> cases = new HashMap<>();
    for (String line : List.of("keras3", "tfk")) {
      String folder = "fixtures/cases/" + line + "/questions/";
      JsonNode facts =
          new ObjectMapper().readTree(Files.readString(ROOT.resolve(folder + "facts.json")));
      for (var entry : facts.properties()) {
        String file = entry.getKey() + (line.equals("tfk") ? ".h5" : ".keras");
        cases
            .computeIfAbsent(entry.getValue().get("rule").asText(), rule -> new ArrayList<>())
            .add(folder + file);
      }
    }
    return cases;
  }

  @Test
  void pagesAreThoseOfTheRules() throws IOException {
    for (Map.Entry<String, String> page : Rules.pages(cases()).entrySet()) {
      Path file = PAGES.resolve(page.getKey());
      if (System.getProperty(WRITE) != null) {
        Files.writeString(file, page.getValue());
      }
      assertEquals(
          page.getValue(),
          Files.exists(file) ? Files.readString(file) : "",
          "write the pages anew: ./mvnw -pl loss-registry -am test -Dtest=FindingPageTest -D"
              + WRITE
              + " -Dsurefire.failIfNoSpecifiedTests=false");
    }
  }

  @Test
  void everyRuleAnswersOneQuestion() {
    List<String> answered =
        Family.ALL.stream().flatMap(family -> family.rules().stream()).map(Rule::name).toList();
    assertEquals(Rules.names().stream().sorted().toList(), answered.stream().sorted().toList());
  }
}
