package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a distribution holds beside the command. */
class ManualTest {
  private static final Path LAUNCHERS = Path.of("src/main/distribution/bin");

  @TempDir Path folder;

  @Test
  void everyCommandHasAPageAndCompletion() throws IOException {
    Manual.main(folder.toString());
    String completion = Files.readString(folder.resolve("completion/keraunos"));
    for (String name : Main.commandLine().getSubcommands().keySet()) {
      String page = Files.readString(folder.resolve("man/man1/keraunos-" + name + ".1"));
      assertTrue(page.startsWith(".TH \"KERAUNOS-"), page);
      assertTrue(completion.contains(name), name);
    }
    assertTrue(completion.contains("--batch-size"), completion);
    String whole = Files.readString(folder.resolve("man/man1/keraunos.1"));
    assertTrue(whole.contains("explain\\-loss"), whole);
  }

  /** Both launchers run the same. */
  @Test
  void launchersAgree() throws IOException {
    for (String word : List.of("dev.keraunos.cli.Main", "JAVA_HOME", "KERAUNOS_JAVA_OPTS", "17")) {
      assertTrue(Files.readString(LAUNCHERS.resolve("keraunos")).contains(word), word);
      assertTrue(Files.readString(LAUNCHERS.resolve("keraunos.cmd")).contains(word), word);
    }
    assertTrue(Files.isExecutable(LAUNCHERS.resolve("keraunos")));
  }
}
