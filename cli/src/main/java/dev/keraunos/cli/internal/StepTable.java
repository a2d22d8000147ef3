package dev.keraunos.cli.internal;

import dev.keraunos.engine.StepTime;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The steps of a run as a table for people: the longest first, then sums by implementation. */
public final class StepTable {
  private StepTable() {}

  /**
   * Prints the table.
   *
   * @param batch samples of a prediction
   */
  public static void print(List<StepTime> steps, int batch, PrintWriter out) {
    if (steps.isEmpty()) {
      out.println("this engine does not tell what its steps take");
      return;
    }
    long samples = steps.get(0).samples();
    if (samples < batch) {
      out.printf(
          "%nThe engine divides the batch; these are the steps of %d of its %d samples, on one"
              + " thread.%n",
          samples, batch);
    }
    double all = steps.stream().mapToDouble(StepTime::seconds).sum();
    out.printf("%n%8s %5s %8s %6s  %s%n", "ms", "%", "GFLOP/s", "GB/s", "step");
    steps.stream()
        .sorted(Comparator.comparingDouble(StepTime::seconds).reversed())
        .forEach(step -> row(step, all, out));
    out.printf("%n%8s %5s %8s %6s  %s%n", "ms", "%", "GFLOP/s", "GB/s", "implementation");
    Map<String, List<StepTime>> byImplementation =
        steps.stream()
            .collect(
                Collectors.groupingBy(StepTime::implementation, TreeMap::new, Collectors.toList()));
    byImplementation.forEach(
        (name, own) ->
            print(
                sum(own, StepTime::seconds),
                all,
                sum(own, StepTime::flops),
                sum(own, StepTime::bytes),
                name + ", " + own.size() + (own.size() == 1 ? " step" : " steps"),
                out));
    print(all, all, sum(steps, StepTime::flops), sum(steps, StepTime::bytes), "all steps", out);
  }

  private interface Part {
    double of(StepTime step);
  }

  private static double sum(List<StepTime> steps, Part part) {
    return steps.stream().mapToDouble(part::of).sum();
  }

  private static void row(StepTime step, double all, PrintWriter out) {
    String what =
        String.join(", ", step.layers())
            + " "
            + (step.operation().isEmpty() ? "copy" : step.operation())
            + " "
            + step.shape()
            + " "
            + step.implementation()
            + (step.tiles() == 1 ? "" : " in " + step.tiles() + " tiles");
    print(step.seconds(), all, step.flops(), step.bytes(), what.strip(), out);
  }

  private static void print(
      double seconds, double all, double flops, double bytes, String what, PrintWriter out) {
    out.printf(
        "%8.3f %5.1f %8s %6s  %s%n",
        seconds * 1e3, 100 * seconds / all, rate(flops, seconds), rate(bytes, seconds), what);
  }

  private static String rate(double amount, double seconds) {
    return amount == 0 ? "" : String.format(Locale.ROOT, "%.1f", amount / seconds / 1e9);
  }
}
