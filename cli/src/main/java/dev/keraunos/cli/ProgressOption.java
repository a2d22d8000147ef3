package dev.keraunos.cli;

import dev.keraunos.cli.internal.Progress;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.LongSupplier;
import picocli.CommandLine.Option;

/** Shows how far a long run is, on standard error. */
final class ProgressOption {
  @Option(
      names = "--progress",
      negatable = true,
      description = "Shows how far it is on standard error (default: only on a terminal).")
  private Optional<Boolean> wanted = Optional.empty();

  /** The same elements, of which it tells the number of samples handed out. */
  <T> Iterator<T> show(Iterator<T> parts, LongSupplier done, long all, PrintWriter err) {
    Progress progress = of("samples", all, err);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        boolean more = parts.hasNext();
        if (more) {
          progress.at(done.getAsLong());
        } else {
          progress.clear();
        }
        return more;
      }

      @Override
      public T next() {
        return parts.next();
      }
    };
  }

  /** The progress of a run over so many units, shown if wanted. */
  Progress of(String unit, long all, PrintWriter err) {
    return new Progress(unit, all, err, wanted.orElseGet(ProgressOption::isTerminal));
  }

  /** From JDK 22 on there is a console even where there is no terminal; then it says so. */
  @SuppressWarnings("SystemConsoleNull") // up to JDK 21 it does return null
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
