package dev.keraunos;

import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;

/** The random numbers that layers take in one call, batch after batch. Not thread-safe. */
final class Draws {
  /** Those of a model without any. */
  static final Draws NONE = new Draws(List.of(), 0);

  private static final float STEP = 0x1p-24f;

  private final List<LoweredModel.Draw> draws;
  private final SplittableRandom random;

  Draws(List<LoweredModel.Draw> draws, long seed) {
    this.draws = draws;
    this.random = new SplittableRandom(seed);
  }

  boolean isEmpty() {
    return draws.isEmpty();
  }

  /** What the layers take for so many samples; the caller closes them. */
  List<Tensor> next(long samples) {
    return draws.stream().map(draw -> next(draw, samples)).toList();
  }

  private Tensor next(LoweredModel.Draw draw, long samples) {
    Shape declared = draw.input().shape();
    Tensor drawn =
        Tensor.allocate(
            draw.input().dtype(), declared.isKnown(0) ? declared : declared.with(0, samples));
    for (long i = 0; i < drawn.size(); i++) {
      drawn.setDouble(i, draw.normal() ? random.nextGaussian() : (random.nextInt() >>> 8) * STEP);
    }
    return drawn;
  }
}
