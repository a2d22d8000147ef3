package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/** The functions of {@code keras.ops.image}, channels last; see {@link Ops}. */
final class ImageOps {
  private static final float[] LUMA = {0.2989f, 0.5870f, 0.1140f};

  private ImageOps() {}

  /**
   * A single image is a batch of one for the while; all but half precision is sampled as float32.
   */
  static Value resize(
      Value given, List<Integer> size, Interpolation kind, boolean antialias, boolean first) {
    Op op = new Op.Resize(kind, false, size, antialias);
    Value batch = given.rank() == 3 ? Ops.expandDims(given, 0) : given;
    UnaryOperator<Value> sample = x -> sampled(x, kind, op);
    Value y = first ? Ops.channelsFirst(batch, sample) : sample.apply(batch);
    return given.rank() == 3 ? Ops.squeeze(y, 0) : y;
  }

  /** The middle of images, as large as it can be in the proportions of a size. */
  static Value cropToAspectRatio(Value x, List<Integer> size, boolean first) {
    int rows = first ? x.rank() - 2 : x.rank() - 3;
    long height = Ops.length(x, rows);
    long width = Ops.length(x, rows + 1);
    Value cut = middle(x, rows, kept(width, size.get(0), size.get(1), height), height);
    return middle(cut, rows + 1, kept(height, size.get(1), size.get(0), width), width);
  }

  private static long kept(long other, int wanted, int otherWanted, long whole) {
    return Math.max(Math.min(whole, proportional(other, wanted, otherWanted)), 1);
  }

  /** The length that goes with another as two wanted ones do; in float32, as TensorFlow has it. */
  private static long proportional(long other, int wanted, int otherWanted) {
    return (long) ((float) (other * wanted) / otherWanted);
  }

  private static Value middle(Value x, int axis, long kept, long whole) {
    long from = (whole - kept) / 2;
    return Ops.sliceAxis(x, axis, Range.of(from, from + kept));
  }

  /** Images between equal borders, so that they have about the proportions of a size. */
  static Value padToAspectRatio(Value x, List<Integer> size, double fill, boolean first) {
    int rows = first ? x.rank() - 2 : x.rank() - 3;
    long height = Ops.length(x, rows);
    long width = Ops.length(x, rows + 1);
    List<Long> border = new ArrayList<>(Collections.nCopies(x.rank(), 0L));
    border.set(rows, border(height, proportional(width, size.get(0), size.get(1))));
    border.set(rows + 1, border(width, proportional(height, size.get(1), size.get(0))));
    return Ops.pad(x, border, border, Op.Pad.Mode.CONSTANT, fill);
  }

  private static long border(long length, long wanted) {
    return Math.max(wanted - length, 0) / 2;
  }

  /** The largest size of an image that fits into another. */
  static List<Integer> fitting(Value x, List<Integer> size, boolean first) {
    int rows = first ? x.rank() - 2 : x.rank() - 3;
    float height = Ops.length(x, rows);
    float width = Ops.length(x, rows + 1);
    float scale = Math.min(size.get(0) / height, size.get(1) / width);
    return List.of((int) Math.rint(scale * height), (int) Math.rint(scale * width));
  }

  /** Images scaled by whole factors. */
  static Value upsample(Value x, List<Integer> factors, Interpolation kind) {
    return sampled(x, kind, new Op.Resize(kind, true, factors, false));
  }

  private static Value sampled(Value x, Interpolation kind, Op op) {
    boolean half = x.dtype().isFloating() && x.dtype().bytes() == 2;
    boolean narrows = !half && kind != Interpolation.NEAREST;
    return Ops.apply(op, narrows ? Ops.cast(x, DType.FLOAT32) : x).get(0);
  }

  static Value rgbToGrayscale(Value images, boolean first) {
    Value x = first ? Ops.moveaxis(images, -3, -1) : images;
    Value weights = Ops.constant(x, Tensor.of(LUMA, LUMA.length, 1));
    Value grey = Ops.matmul(x, Ops.cast(weights, x.dtype()));
    return first ? Ops.moveaxis(grey, -1, -3) : grey;
  }

  static Value depthToSpace(Value x, int block) {
    List<Dim> dims = Dim.of(x, 0);
    Dim side = side(block);
    Dim channels = new Dim.Fixed(Ops.length(x, 3) / ((long) block * block));
    Value blocks =
        Ops.reshape(x, List.of(dims.get(0), dims.get(1), dims.get(2), side, side, channels));
    Value interleaved = Ops.transpose(blocks, 0, 1, 3, 2, 4, 5);
    return Ops.reshape(
        interleaved,
        List.of(dims.get(0), scaled(x, 1, block, 1), scaled(x, 2, block, 1), channels));
  }

  private static Dim side(int block) {
    if (block < 1) {
      throw new InputException("a block of size " + block);
    }
    return new Dim.Fixed(block);
  }

  static Value spaceToDepth(Value x, int block) {
    Dim batch = Dim.of(x, 0).get(0);
    long depth = Ops.length(x, 3);
    Dim side = side(block);
    Dim rows = scaled(x, 1, 1, block);
    Dim columns = scaled(x, 2, 1, block);
    Value blocks = Ops.reshape(x, List.of(batch, rows, side, columns, side, new Dim.Fixed(depth)));
    Value gathered = Ops.transpose(blocks, 0, 1, 3, 2, 4, 5);
    Dim channels = new Dim.Fixed(depth * block * block);
    return Ops.reshape(gathered, List.of(batch, rows, columns, channels));
  }

  private static Dim scaled(Value x, int axis, long factor, long divisor) {
    return x.shape().isKnown(axis)
        ? new Dim.Fixed(x.shape().dim(axis) * factor / divisor)
        : new Dim.Inferred();
  }

  /** Cells at both ends of an axis of images, which may be absent, and the length that remains. */
  record Border(Integer before, Integer after, Integer target) {
    /** Both numbers of cells that take an axis from its length to the target. */
    private long[] cells(Value x, int axis, boolean adds) {
      long change = target == null ? 0 : target - Ops.length(x, axis);
      long cells = adds ? change : -change;
      if (before == null) {
        if (after == null) {
          throw new InputException("no cells before or after axis " + axis + " of images");
        }
        return new long[] {cells - after, after};
      }
      return new long[] {before, after == null ? cells - before : after};
    }
  }

  static Value crop(Value x, Border rows, Border columns, boolean first) {
    int axis = first ? x.rank() - 2 : x.rank() - 3;
    long[] vertical = rows.cells(x, axis, false);
    long[] level = columns.cells(x, axis + 1, false);
    Value cut = Ops.sliceAxis(x, axis, within(x, axis, vertical));
    return Ops.sliceAxis(cut, axis + 1, within(x, axis + 1, level));
  }

  private static Range within(Value x, int axis, long... cells) {
    return new Range(cells[0], Ops.length(x, axis) - cells[1], 1);
  }

  static Value pad(Value x, Border rows, Border columns, boolean first) {
    int axis = first ? x.rank() - 2 : x.rank() - 3;
    long[] vertical = rows.cells(x, axis, true);
    long[] level = columns.cells(x, axis + 1, true);
    List<Long> before = new ArrayList<>(Collections.nCopies(x.rank(), 0L));
    List<Long> after = new ArrayList<>(before);
    before.set(axis, vertical[0]);
    before.set(axis + 1, level[0]);
    after.set(axis, vertical[1]);
    after.set(axis + 1, level[1]);
    return Ops.pad(x, before, after);
  }
}
