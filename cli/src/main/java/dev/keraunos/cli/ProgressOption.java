package dev.keraunos.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.LongSupplier;
import picocli.CommandLine.Option;

/** Shows how far a long run is, on standard error. */
final class ProgressOption {
  private static final double NANOS = 1e9;
  private static final long MINUTE = 60;

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
      private final long start = System.nanoTime();
      private long shown = -1;
      private int shownWidth;

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
          String line = done.getAsLong() + " of " + all + " samples" + left(done.getAsLong());
          err.print("\r" + (more ? line : " ".repeat(line.length()) + "\r"));
          err.flush();
          shown = percent;
        }
      }

      /** How long the rest takes if it is as fast as what is done. */
      private String left(long samples) {
        if (samples == 0) {
          return " ".repeat(shownWidth);
        }
        double seconds = (System.nanoTime() - start) / NANOS * (all - samples) / samples;
        String text = ", about " + words(Math.round(seconds)) + " left";
        String padded = text + " ".repeat(Math.max(0, shownWidth - text.length()));
        shownWidth = text.length();
        return padded;
      }

      @Override
      public T next() {
        return parts.next();
      }
    };
  }

  /** {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
  static String words(long seconds) {
    if (seconds < MINUTE) {
      return seconds + " s";
    }
    long minutes = seconds / MINUTE;
    return minutes < MINUTE
        ? minutes + " min " + seconds % MINUTE + " s"
        : minutes / MINUTE + " h " + minutes % MINUTE + " min";
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
