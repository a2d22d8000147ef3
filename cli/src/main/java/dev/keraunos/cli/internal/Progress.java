package dev.keraunos.cli.internal;

import java.io.PrintWriter;

/** One line on standard error that says how far a long run is and how long the rest takes. */
public final class Progress {
  private static final double NANOS = 1e9;
  private static final long MINUTE = 60;

  private final String unit;
  private final long all;
  private final PrintWriter err;
  private final boolean wanted;
  private final long start = System.nanoTime();
  private long shown = -1;
  private String line = "";

  /**
   * A run of which nothing is done.
   *
   * @param unit what is counted, such as samples
   * @param all how many there are
   * @param wanted false shows nothing
   */
  public Progress(String unit, long all, PrintWriter err, boolean wanted) {
    this.unit = unit;
    this.all = all;
    this.err = err;
    this.wanted = wanted;
  }

  /** So many are done; draws anew with every percent. */
  public void at(long done) {
    long percent = all == 0 ? 0 : 100 * done / all;
    if (wanted && percent != shown) {
      String before = line;
      line = done + " of " + all + " " + unit + left(done);
      err.print("\r" + line + " ".repeat(Math.max(0, before.length() - line.length())));
      err.flush();
      shown = percent;
    }
  }

  /** Takes the line away, so that something else may be printed; the next one draws it again. */
  public void clear() {
    if (!line.isEmpty()) {
      err.print("\r" + " ".repeat(line.length()) + "\r");
      err.flush();
      line = "";
      shown = -1;
    }
  }

  /** How long the rest takes if it is as fast as what is done. */
  private String left(long done) {
    if (done == 0) {
      return "";
    }
    double seconds = (System.nanoTime() - start) / NANOS * (all - done) / done;
    return ", about " + words(Math.round(seconds)) + " left";
  }

  /** {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
  public static String words(long seconds) {
    if (seconds < MINUTE) {
      return seconds + " s";
    }
    long minutes = seconds / MINUTE;
    return minutes < MINUTE
        ? minutes + " min " + seconds % MINUTE + " s"
        : minutes / MINUTE + " h " + minutes % MINUTE + " min";
  }
}
