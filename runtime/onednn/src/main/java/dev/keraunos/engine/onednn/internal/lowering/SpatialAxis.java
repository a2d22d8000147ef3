package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.graph.Padding;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** How the inputs and outputs of an operation with windows relate along one spatial axis. */
sealed interface SpatialAxis {
  /** The length of the input. */
  long in();

  /** Cells that a window spans, or that one input adds to. */
  long extent();

  long stride();

  /** Cells before the first that oneDNN is to leave out: padding, or what a scatter cuts off. */
  long before();

  /** As {@link #before}, after the last. */
  long after();

  /** The first input cell that outputs from one on need. */
  long first(long from);

  /** The relation for a range of outputs and the inputs they need, if they can stand alone. */
  Optional<SpatialAxis> part(long from, long to);

  /** A property of several axes. */
  static long[] each(List<SpatialAxis> axes, ToLongFunction<SpatialAxis> property) {
    return axes.stream().mapToLong(property).toArray();
  }

  /**
   * A window sliding over the input.
   *
   * @param before cells of padding before the input
   */
  record Window(long in, long out, long extent, long stride, long before) implements SpatialAxis {
    static Window of(
        Padding padding, int axis, long in, long out, long size, long stride, long dilation) {
      long before = padding.before(axis, in, size, stride, dilation);
      return new Window(in, out, (size - 1) * dilation + 1, stride, before);
    }

    @Override
    public long after() {
      return Math.max(0, (out - 1) * stride + extent - in - before);
    }

    @Override
    public long first(long from) {
      return Math.max(0, from * stride - before);
    }

    @Override
    public Optional<SpatialAxis> part(long from, long to) {
      long stop = Math.min(in, (to - 1) * stride - before + extent);
      long cells = stop - first(from);
      long padding = first(from) - (from * stride - before);
      return cells <= 0 || padding >= extent
          ? Optional.empty()
          : Optional.of(new Window(cells, to - from, extent, stride, padding));
    }
  }

  /**
   * Every input cell adds to {@code extent} output cells, {@code stride} apart.
   *
   * @param before cells of the full result that are cut off before the first output
   */
  record Scatter(long in, long out, long extent, long stride, long before) implements SpatialAxis {
    @Override
    public long after() {
      return Math.max(0, (in - 1) * stride + extent - before - out);
    }

    @Override
    public long first(long from) {
      return Math.max(0, Math.floorDiv(from + before - extent, stride) + 1);
    }

    @Override
    public Optional<SpatialAxis> part(long from, long to) {
      long stop = Math.min(in, (to - 1 + before) / stride + 1);
      long cells = stop - first(from);
      long cut = before + from - first(from) * stride;
      return cells <= 0 || cut < 0 || cut >= extent
          ? Optional.empty()
          : Optional.of(new Scatter(cells, to - from, extent, stride, cut));
    }
  }
}
