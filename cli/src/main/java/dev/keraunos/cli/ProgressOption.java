package dev.keraunos.cli;

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
    if (!wanted.orElseGet(ProgressOption::isTerminal)) {
      return parts;
    }
    return new Iterator<>() {
      private long shown = -1;

      @Override
      public boolean hasNext() {
        boolean more = parts.hasNext();
        show(more);
        return more;
      }

      /** Draws anew with every percent, and clears the line at the end. */
      private void show(boolean more) {
        long percent = more ? 100 * done.getAsLong() / all : 100;
        if (percent != shown) {
          String line = done.getAsLong() + " of " + all + " samples";
          err.print("\r" + (more ? line : " ".repeat(line.length()) + "\r"));
          err.flush();
          shown = percent;
        }
      }

      @Override
      public T next() {
        return parts.next();
      }
    };
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
