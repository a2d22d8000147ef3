package dev.keraunos.loss.internal.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Numbers as people read them. */
public final class Numbers {
  private static final MathContext THREE = new MathContext(3);
  private static final MathContext SIX = new MathContext(6);
  private static final MathContext TWO = new MathContext(2);
  private static final MathContext TENTHS = new MathContext(3, RoundingMode.DOWN);

  /** From here on, and below its inverse, digits are not counted by eye. */
  private static final double LARGE = 1e6;

  private static final double SMALL = 1e-5;
  private static final double ALMOST_ALL = 99.5;
  private static final double FLOAT = 1e-6;
  private static final int NAMED = 3;

  private Numbers() {}

  /** The shortest text of the float32 that the number is. */
  public static String text(double x) {
    String text = Float.toString((float) x);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  /**
   * Three digits, for sentences, without zeros that a number ends in; whole ones are themselves.
   */
  public static String rounded(double x) {
    boolean whole = x == Math.rint(x) && Math.abs(x) < LARGE;
    String text = whole ? String.valueOf((long) x) : digits(x, THREE);
    boolean exact = !whole && Double.isFinite(x) && isClose(Double.parseDouble(text), x);
    return exact && text.contains(".") && !text.contains("e")
        ? new BigDecimal(text).stripTrailingZeros().toPlainString()
        : text;
  }

  /** Six digits, as a float32 holds them, for what is to be compared with what Keras prints. */
  public static String exact(double x) {
    return digits(x, SIX);
  }

  /** True if a float32 could not tell them apart. */
  private static boolean isClose(double a, double b) {
    return Math.abs(a - b) <= FLOAT * Math.abs(b);
  }

  private static String digits(double x, MathContext context) {
    if (!Double.isFinite(x)) {
      return Double.toString(x);
    }
    BigDecimal rounded = new BigDecimal(x).round(context);
    boolean plain = x == 0 || (Math.abs(x) < LARGE && Math.abs(x) >= SMALL);
    return plain
        ? rounded.toPlainString()
        : String.format(Locale.ROOT, "%." + (context.getPrecision() - 1) + "e", x);
  }

  /** Whole percents; two digits below ten, and what is not all does not become 100. */
  public static String percent(double part) {
    double percent = 100 * part;
    MathContext digits = percent < ALMOST_ALL ? TWO : TENTHS;
    BigDecimal rounded = new BigDecimal(percent).round(digits).stripTrailingZeros();
    return rounded.toPlainString() + " %";
  }

  /** The first few of some indices: {@code 6, 13, 20, ...}. */
  public static String some(List<Long> indices, long count) {
    String named =
        indices.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", "));
    return count > Math.min(NAMED, indices.size()) ? named + ", ..." : named;
  }

  /** A number of things: {@code 1 batch}, {@code 2 batches}. */
  public static String count(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }
}
