package dev.keraunos.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The tour of CONTRIBUTING leads to files that are there and short. */
class TourTest {
  private static final int STOPS = 7;
  private static final int MOST_LINES = 300;
  private static final Pattern STOP = Pattern.compile("(?m)^\\d\\. `([^`]+\\.java)`");

  @Test
  void stopsAreThereAndShort() throws IOException {
    String text = Files.readString(Repository.root().resolve("CONTRIBUTING.md"));
    List<String> stops = STOP.matcher(text).results().map((MatchResult m) -> m.group(1)).toList();
    assertEquals(STOPS, stops.size(), stops::toString);
    for (String stop : stops) {
      Path file = Repository.root().resolve(stop);
      assertTrue(Files.exists(file), stop);
      assertTrue(Files.readAllLines(file).size() < MOST_LINES, stop + " is long");
    }
  }
}
