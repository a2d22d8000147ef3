package dev.keraunos.importer.internal.summary;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * What the finite numbers of an array are like.
 *
 * @param deviation the standard deviation
 * @param zeros how many are 0
 * @param other how many are no finite number
 */
public record Statistics(
    double min, double max, double mean, double deviation, long zeros, long other) {
  private static final MathContext FOUR = new MathContext(4);
  private static final double SMALL = 1e-5;
  private static final double LARGE = 1e7;

  /** Of an array of numbers; NaN where none is finite. */
  public static Statistics of(Tensor array) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    long zeros = 0;
    long other = 0;
    long size = array.dtype() == DType.STRING ? 0 : array.size();
    for (long i = 0; i < size; i++) {
      double x = array.getDouble(i);
      if (Double.isFinite(x)) {
        min = Math.min(min, x);
        max = Math.max(max, x);
        sum += x;
        zeros += x == 0 ? 1 : 0;
      } else {
        other++;
      }
    }
    long count = size - other;
    double mean = sum / count;
    double squares = 0;
    for (long i = 0; i < size; i++) {
      double x = array.getDouble(i);
      squares += Double.isFinite(x) ? (x - mean) * (x - mean) : 0;
    }
    boolean none = count == 0;
    return new Statistics(
        none ? Double.NaN : min,
        none ? Double.NaN : max,
        mean,
        Math.sqrt(squares / count),
        zeros,
        other);
  }

  /** In words, four digits each. */
  public String text() {
    return digits(min)
        + " to "
        + digits(max)
        + ", mean "
        + digits(mean)
        + ", standard deviation "
        + digits(deviation)
        + (zeros > 0 ? ", " + zeros + (zeros == 1 ? " zero" : " zeros") : "")
        + (other > 0 ? ", " + other + " not finite" : "");
  }

  /** Four digits, without zeros that a number ends in. */
  public static String digits(double x) {
    if (!Double.isFinite(x)) {
      return String.valueOf(x);
    }
    double size = Math.abs(x);
    return size == 0 || (size >= SMALL && size < LARGE)
        ? plain(new BigDecimal(x).round(FOUR))
        : String.format(Locale.ROOT, "%.3e", x);
  }

  private static String plain(BigDecimal rounded) {
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
