package dev.keraunos.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * Writes what a distribution holds beside the command: {@code completion/keraunos}, for bash and
 * zsh, and the pages {@code man/man1/keraunos.1} and {@code keraunos-COMMAND.1}.
 */
public final class Manual {
  private static final String NAME = "keraunos";

  private Manual() {}

  /**
   * Writes the files.
   *
   * @param arguments the folder they go to
   */
  public static void main(String... arguments) throws IOException {
    CommandLine command = Main.commandLine();
    Path folder = Path.of(arguments[0]);
    Path completion = Files.createDirectories(folder.resolve("completion"));
    Files.writeString(completion.resolve(NAME), AutoComplete.bash(NAME, command));
    Path pages = Files.createDirectories(folder.resolve("man/man1"));
    Files.writeString(pages.resolve(NAME + ".1"), page(NAME, command));
    for (var entry : command.getSubcommands().entrySet()) {
      String name = NAME + "-" + entry.getKey();
      Files.writeString(pages.resolve(name + ".1"), page(name, entry.getValue()));
    }
  }

  /** The help of a command as a manual page. */
  static String page(String name, CommandLine command) {
    List<String> description = List.of(command.getCommandSpec().usageMessage().description());
    StringBuilder page = new StringBuilder();
    page.append(".TH \"").append(name.toUpperCase(Locale.ROOT)).append("\" \"1\"\n");
    page.append(".SH NAME\n").append(name).append(" \\- ");
    page.append(escaped(String.join(" ", description))).append('\n');
    page.append(".SH USAGE\n.nf\n");
    command
        .getUsageMessage(Ansi.OFF)
        .lines()
        .forEach(line -> page.append(escaped(line)).append('\n'));
    return page.append(".fi\n").toString();
  }

  /** A line of which roff changes nothing. */
  private static String escaped(String line) {
    String safe = line.replace("\\", "\\e").replace("-", "\\-");
    return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
  }
}
