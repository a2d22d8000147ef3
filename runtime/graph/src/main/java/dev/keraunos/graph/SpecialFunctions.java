package dev.keraunos.graph;

/** Functions that the Java library lacks, to double precision. */
final class SpecialFunctions {
  private SpecialFunctions() {}

  /**
   * The error function: its Taylor series near zero, the continued fraction of erfc (Lentz) beyond.
   */
  static double erf(double x) {
    double magnitude = Math.abs(x);
    if (Double.isNaN(x)) {
      return x;
    }
    if (magnitude > 6) {
      return Math.signum(x);
    }
    return magnitude < 2.5 ? series(x) : Math.signum(x) * (1 - complement(magnitude));
  }

  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > Math.ulp(sum) / 4; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private static double complement(double x) {
    double fraction = x;
    for (int n = 60; n > 0; n--) {
      fraction = x + n / 2.0 / fraction;
    }
    return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
  }
}
