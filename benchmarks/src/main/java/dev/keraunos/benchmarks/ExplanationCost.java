package dev.keraunos.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.keraunos.Dataset;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/**
 * The ratio of {@link EvaluateBenchmark}'s two, which take turns here: on a machine that is not
 * idle their times say little, but what disturbs one disturbs the other.
 */
public final class ExplanationCost {
  private static final int WARM_UPS = 5;
  private static final OperatingSystemMXBean MACHINE =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private ExplanationCost() {}

  /**
   * Takes a model that has a fixture beside it, the number of samples and that of runs, and {@code
   * weighted} for samples with weights.
   */
  public static void main(String[] arguments) {
    int runs = Integer.parseInt(arguments[2]);
    LoadedModel model = new LoadedModel();
    model.model = arguments[0];
    model.engine = "onednn";
    model.batch = 16;
    model.load();
    int samples = Integer.parseInt(arguments[1]);
    boolean weighted = arguments.length > 3 && arguments[3].equals("weighted");
    Dataset data = weighted ? model.weighted(samples) : model.dataset(samples);
    double[][] wall = new double[2][runs];
    double[][] processor = new double[2][runs];
    for (int i = -WARM_UPS; i < runs; i++) {
      for (int kind = 0; kind < 2; kind++) {
        long start = System.nanoTime();
        long busy = MACHINE.getProcessCpuTime();
        if (kind == 0) {
          model.loaded.evaluate(data, model.batch);
        } else {
          model.loaded.explainLoss(data, model.batch);
        }
        wall[kind][Math.max(0, i)] = (System.nanoTime() - start) / 1e6;
        processor[kind][Math.max(0, i)] = (MACHINE.getProcessCpuTime() - busy) / 1e6;
      }
    }
    model.close();
    print("time", wall);
    print("processor time", processor);
  }

  private static void print(String what, double[][] millis) {
    double[] ratios = new double[millis[0].length];
    Arrays.setAll(ratios, i -> millis[1][i] / millis[0][i]);
    System.out.printf(
        Locale.ROOT,
        "%-14s evaluate %.0f ms, explainLoss %.0f ms, ratio %.3f, of the fastest %.3f"
            + " (%.3f to %.3f)%n",
        what,
        median(millis[0]),
        median(millis[1]),
        median(ratios),
        millis[1][0] / millis[0][0],
        ratios[0],
        ratios[ratios.length - 1]);
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
