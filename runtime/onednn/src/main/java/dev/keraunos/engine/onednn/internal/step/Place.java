package dev.keraunos.engine.onednn.internal.step;

import dev.keraunos.tensor.Tensor;

/** Where the elements of a value lie during a run. */
public sealed interface Place {
  /** In an input of the run. */
  record Input(int index) implements Place {}

  /** In an output of the run. */
  record Output(int index) implements Place {}

  /** In a tensor that is the same in every run. */
  record Constant(Tensor tensor) implements Place {}

  /** In the arena of the workspace; {@link Arena} sets the offset. */
  final class Scratch implements Place {
    private final long bytes;
    private long offset = -1;

    public Scratch(long bytes) {
      this.bytes = bytes;
    }

    long bytes() {
      return bytes;
    }

    public long offset() {
      return offset;
    }

    void moveTo(long newOffset) {
      this.offset = newOffset;
    }
  }
}
