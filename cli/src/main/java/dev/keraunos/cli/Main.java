package dev.keraunos.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keraunos.error.KeraunosException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.StringJoiner;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: exit code 0 is fine, 1 a check failed, 2 bad usage or input. */
@Command(
    name = "keraunos",
    description =
        "Runs Keras models on the JVM: the same predictions, the same loss, the same metrics.",
    subcommands = {
      InspectCommand.class,
      PredictCommand.class,
      EvaluateCommand.class,
      ExplainLossCommand.class,
      VerifyCommand.class,
      DiffCommand.class,
      CheckLossCommand.class,
      ExportCommand.class,
      BenchCommand.class,
      DoctorCommand.class,
      CommandLine.HelpCommand.class
    },
    mixinStandardHelpOptions = true,
    version = "keraunos 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Exit codes: 0 fine, 1 a check failed, 2 bad usage or input.",
      "'keraunos help COMMAND' shows a command's options and examples."
    })
public final class Main {
  private Main() {}

  /** Runs the command and exits with its code. */
  public static void main(String... arguments) {
    System.exit(
        run(
            new PrintWriter(System.out, true, UTF_8),
            new PrintWriter(System.err, true, UTF_8),
            arguments));
  }

  /** The command as it is parsed. */
  static CommandLine commandLine() {
    return new CommandLine(new Main());
  }

  /** Runs the command; gives its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine commandLine = commandLine();
    commandLine.setOut(out);
    commandLine.setErr(err);
    commandLine.setExecutionExceptionHandler(Main::report);
    commandLine.setParameterExceptionHandler(Main::badUsage);
    if (arguments.length == 0) {
      commandLine.usage(err);
      return CommandLine.ExitCode.USAGE;
    }
    try {
      return commandLine.execute(arguments);
    } finally {
      out.flush();
      err.flush();
    }
  }

  /** What is wrong, what a call looks like, and where there is more. */
  private static int badUsage(CommandLine.ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("keraunos: " + e.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    CommandLine.Model.CommandSpec spec = command.getCommandSpec();
    StringJoiner usage = new StringJoiner(" ", "Usage: ", "");
    usage.add(spec.qualifiedName());
    spec.options().stream()
        .filter(CommandLine.Model.OptionSpec::required)
        .forEach(option -> usage.add(option.longestName()).add(option.paramLabel()));
    spec.positionalParameters()
        .forEach(
            given ->
                usage.add(given.required() ? given.paramLabel() : "[" + given.paramLabel() + "]"));
    usage.add(command.getSubcommands().isEmpty() ? "[OPTION]..." : "COMMAND");
    err.println(usage);
    boolean root = command.getParent() == null;
    err.println(
        root
            ? "'keraunos --help' lists the commands."
            : "'keraunos help " + command.getCommandName() + "' shows the options and examples.");
    return CommandLine.ExitCode.USAGE;
  }

  /** What the user can mend is one message; anything else is a defect and shows where. */
  private static int report(Exception e, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (e instanceof KeraunosException || e instanceof UncheckedIOException) {
      command.getErr().println("keraunos: " + e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    throw e;
  }
}
