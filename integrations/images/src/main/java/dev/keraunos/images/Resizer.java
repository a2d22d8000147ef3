package dev.keraunos.images;

import dev.keraunos.images.Stored.Mode;
import java.util.Arrays;

/**
 * {@code Image.resize} of Pillow 3.4 and later, bit for bit: one axis after the other, rounded to
 * whole pixels after each, the weights of 8 bits with 22 bits behind the point.
 */
final class Resizer {
  private static final int POINT = 22;

  /**
   * The part of a picture that is resized.
   *
   * @param left its first column
   * @param top its first row
   */
  record Box(int left, int top, int width, int height) {}

  private final Stored source;
  private final int width;
  private final int height;
  private final Resampling how;
  private final Box box;
  private final boolean rowsFirst;

  /**
   * One resizing.
   *
   * @param rowsFirst as before Pillow 13, which takes the columns first where that is less work
   */
  Resizer(Stored source, int height, int width, Resampling how, Box box, boolean rowsFirst) {
    this.source = source;
    this.width = width;
    this.height = height;
    this.how = how;
    this.box = box;
    this.rowsFirst = rowsFirst;
  }

  Stored resized() {
    if (how == Resampling.NEAREST) {
      return nearest();
    }
    if (source.mode() != Mode.RGBA) {
      return resampled(source);
    }
    return Alpha.divided(resampled(Alpha.multiplied(source)));
  }

  private Stored nearest() {
    boolean wide = source.mode() == Mode.GRAY16;
    int[] columns = nearest(box.left, box.width, width, wide);
    int[] rows = nearest(box.top, box.height, height, wide);
    Stored result = Stored.allocate(source.mode(), width, height);
    int bands = source.mode().bands();
    int[] from = source.line();
    int[] to = result.line();
    for (int y = 0; y < height; y++) {
      source.read(rows[y], from);
      for (int x = 0; x < width; x++) {
        System.arraycopy(from, columns[x] * bands, to, x * bands, bands);
      }
      result.write(y, to);
    }
    return result;
  }

  /** The rounding of positions decides: Pillow adds them up, but multiplies for 16 bits. */
  private static int[] nearest(int from, int length, int count, boolean wide) {
    int[] cells = new int[count];
    double step = (double) length / count;
    double at = from + step * 0.5;
    for (int i = 0; i < count; i++) {
      cells[i] = (int) (wide ? step * (i + 0.5) + from : at);
      at += step;
    }
    return cells;
  }

  private Stored resampled(Stored x) {
    boolean across = width != x.width() || box.left != 0 || box.width != width;
    boolean down = height != x.height() || box.top != 0 || box.height != height;
    int lessHeight = x.height() - height;
    boolean downFirst = !rowsFirst && lessHeight > 0 && lessHeight > 2L * (x.width() - width);
    Stored result = x;
    if (down && downFirst) {
      result = down(result);
    }
    if (across) {
      result = across(result);
    }
    return down && !downFirst ? down(result) : result;
  }

  private Stored across(Stored x) {
    Taps taps = new Taps(x.mode(), how, x.width(), box.left, box.width, width);
    Stored result = Stored.allocate(x.mode(), width, x.height());
    int[] from = x.line();
    int[] to = result.line();
    int bands = x.mode().bands();
    for (int y = 0; y < x.height(); y++) {
      x.read(y, from);
      for (int i = 0; i < width; i++) {
        for (int band = 0; band < bands; band++) {
          double sum = 0;
          int at = taps.first[i] * bands + band;
          for (double weight : taps.weights[i]) {
            sum += from[at] * weight;
            at += bands;
          }
          to[i * bands + band] = rounded(x.mode(), sum);
        }
      }
      result.write(y, to);
    }
    return result;
  }

  private Stored down(Stored x) {
    Taps taps = new Taps(x.mode(), how, x.height(), box.top, box.height, height);
    Stored result = Stored.allocate(x.mode(), x.width(), height);
    int[] line = x.line();
    double[] sums = new double[line.length];
    for (int i = 0; i < height; i++) {
      Arrays.fill(sums, 0);
      for (int j = 0; j < taps.weights[i].length; j++) {
        x.read(taps.first[i] + j, line);
        for (int at = 0; at < sums.length; at++) {
          sums[at] += line[at] * taps.weights[i][j];
        }
      }
      for (int at = 0; at < sums.length; at++) {
        line[at] = rounded(x.mode(), sums[at]);
      }
      result.write(i, line);
    }
    return result;
  }

  private static int rounded(Mode mode, double sum) {
    return mode == Mode.GRAY16
        ? clipped((int) Math.floor(sum + 0.5), (1 << 16) - 1)
        : clipped(((int) sum + (1 << (POINT - 1))) >> POINT, Stored.WHITE);
  }

  private static int clipped(int sample, int most) {
    return Math.max(0, Math.min(sample, most));
  }

  /**
   * Which neighbouring cells of an axis every output cell reads, with their weights: whole numbers
   * with {@link #POINT} bits behind the point, but for 16 bits.
   */
  private static final class Taps {
    private final int[] first;
    private final double[][] weights;

    Taps(Mode mode, Resampling how, int length, int from, int part, int count) {
      this.first = new int[count];
      this.weights = new double[count][];
      double scale = (double) part / count;
      double stretch = Math.max(scale, 1);
      double support = how.support() * stretch;
      double shrink = 1 / stretch;
      for (int i = 0; i < count; i++) {
        double centre = from + (i + 0.5) * scale;
        first[i] = Math.max((int) (centre - support + 0.5), 0);
        double[] cell = new double[Math.min((int) (centre + support + 0.5), length) - first[i]];
        double sum = 0;
        for (int j = 0; j < cell.length; j++) {
          cell[j] = how.weight((j + first[i] - centre + 0.5) * shrink);
          sum += cell[j];
        }
        for (int j = 0; j < cell.length; j++) {
          double weight = sum == 0 ? cell[j] : cell[j] / sum;
          cell[j] = mode == Mode.GRAY16 ? weight : fixed(weight);
        }
        weights[i] = cell;
      }
    }

    private static int fixed(double weight) {
      double scaled = weight * (1 << POINT);
      return (int) (weight < 0 ? scaled - 0.5 : scaled + 0.5);
    }
  }

  /** Colours are averaged by their alpha, Pillow's mode {@code RGBa}. */
  private static final class Alpha {
    private Alpha() {}

    private interface Change {
      int apply(int sample, int alpha);
    }

    static Stored multiplied(Stored x) {
      return changed(x, Stored::product);
    }

    static Stored divided(Stored x) {
      return changed(
          x,
          (sample, alpha) ->
              alpha == 0 || alpha == Stored.WHITE
                  ? sample
                  : Math.min(Stored.WHITE * sample / alpha, Stored.WHITE));
    }

    private static Stored changed(Stored x, Change change) {
      Stored result = Stored.allocate(x.mode(), x.width(), x.height());
      int[] line = x.line();
      for (int y = 0; y < x.height(); y++) {
        x.read(y, line);
        for (int at = 0; at < line.length; at += 4) {
          for (int band = at; band < at + 3; band++) {
            line[band] = change.apply(line[band], line[at + 3]);
          }
        }
        result.write(y, line);
      }
      return result;
    }
  }
}
