package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Convolutions as products of patches with the kernel. */
final class Convolution {
  private Convolution() {}

  static void addTo(KernelTable table) {
    table.add(Op.Conv.class, Convolution::conv);
    table.add(Op.ConvTranspose.class, Convolution::convTranspose);
  }

  static void conv(Op.Conv op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor kernel = in.get(1);
    Tensor y = out.get(0);
    List<Patches.Axis> axes = new ArrayList<>();
    for (int i = 0; i < op.strides().size(); i++) {
      long window = kernel.shape().dim(i);
      axes.add(Patches.Axis.of(op, i, x.shape().dim(i + 1), window, y.shape().dim(i + 1)));
    }
    long filters = kernel.shape().dim(-1);
    long channels = kernel.shape().dim(-2);
    if (channels == 1 && op.groups() > 1) {
      depthwise(new Patches(x, axes, 0, op.groups()), kernel, op.groups(), y, workers);
      return;
    }
    for (int group = 0; group < op.groups(); group++) {
      Patches patches = new Patches(x, axes, group * channels, channels);
      long share = filters / op.groups();
      long first = group * share;
      Product.Right right =
          (from, count, column, width, target) -> {
            for (int i = 0; i < count; i++) {
              kernel.read((from + i) * filters + first + column, target[i], 0, width);
            }
          };
      multiply(patches, channels, right, y, first, share, workers);
    }
  }

  static void convTranspose(
      Op.ConvTranspose op, List<Tensor> in, List<Tensor> out, Workers workers) {
    Tensor x = in.get(0);
    Tensor kernel = in.get(1);
    Tensor y = out.get(0);
    List<List<Patches.Axis>> choices = List.of(List.of());
    for (int i = 0; i < op.strides().size(); i++) {
      List<List<Patches.Axis>> longer = new ArrayList<>();
      for (List<Patches.Axis> chosen : choices) {
        for (Patches.Axis phase :
            Patches.Axis.of(
                op, i, x.shape().dim(i + 1), kernel.shape().dim(i), y.shape().dim(i + 1))) {
          List<Patches.Axis> all = new ArrayList<>(chosen);
          all.add(phase);
          longer.add(all);
        }
      }
      choices = longer;
    }
    for (List<Patches.Axis> axes : choices) {
      Patches patches = new Patches(x, axes, 0, x.shape().dim(-1));
      Product.Right right = transposedKernel(patches, kernel);
      multiply(patches, x.shape().dim(-1), right, y, 0, y.shape().dim(-1), workers);
    }
  }

  /**
   * The kernel (spatial..., filters, channels) as rows of (live cell, channel) and columns of
   * filters.
   */
  private static Product.Right transposedKernel(Patches patches, Tensor kernel) {
    long channels = kernel.shape().dim(-1);
    long filters = kernel.shape().dim(-2);
    return (from, count, column, width, target) -> {
      double[] run = new double[count];
      for (int done = 0; done < count; ) {
        long channel = (from + done) % channels;
        int n = (int) Math.min(count - done, channels - channel);
        long cell = patches.kernelCell((int) ((from + done) / channels), kernel.shape());
        for (int j = 0; j < width; j++) {
          kernel.read((cell * filters + column + j) * channels + channel, run, 0, n);
          for (int i = 0; i < n; i++) {
            target[done + i][j] = run[i];
          }
        }
        done += n;
      }
    };
  }

  private static void multiply(
      Patches patches,
      long channels,
      Product.Right right,
      Tensor y,
      long first,
      long filters,
      Workers workers) {
    Shape shape = y.shape();
    long all = shape.dim(-1);
    Product.run(
        patches.rows(),
        patches.cells() * channels,
        filters,
        () -> patches.reader()::read,
        right,
        (row, rows, column, width, source) -> {
          for (int r = 0; r < rows; r++) {
            long cell = patches.outputCell(row + r, shape);
            y.write(cell * all + first + column, source[r], 0, width);
          }
        },
        workers);
  }

  /** One kernel slice per channel; filter f reads channel f / multiplier. */
  private static void depthwise(
      Patches patches, Tensor kernel, int channels, Tensor y, Workers workers) {
    int filters = Math.toIntExact(kernel.shape().dim(-1));
    int multiplier = filters / channels;
    int cells = patches.cells();
    double[] weights = kernel.toDoubleArray();
    workers.split(
        patches.rows(),
        (double) cells * filters,
        (from, to) -> {
          Patches.Reader reader = patches.reader();
          double[][] patch = new double[1][cells * channels];
          double[] sums = new double[filters];
          for (long row = from; row < to; row++) {
            reader.read(row, 1, 0, cells * channels, patch);
            Arrays.fill(sums, 0);
            for (int cell = 0; cell < cells; cell++) {
              slice(patch[0], cell * channels, weights, cell * filters, sums, multiplier);
            }
            y.write(row * filters, sums, 0, filters);
          }
        });
  }

  private static void slice(
      double[] patch, int at, double[] weights, int first, double[] sums, int multiplier) {
    if (multiplier == 1) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += patch[at + i] * weights[first + i];
      }
    } else {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += patch[at + i / multiplier] * weights[first + i];
      }
    }
  }
}
