package dev.keraunos.internal.prediction;

import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The random numbers that layers take in one call, batch after batch. Not thread-safe. */
public final class Draws {
  /** Those of a model without any. */
  public static final Draws NONE = new Draws(List.of(), List.of(), 0);

  private static final float STEP = 0x1p-24f;

  private final List<LoweredModel.Draw> draws;
  private final List<Value> inputs;
  private final SplittableRandom random;

  /** Those of a model, of which each call has a seed of its own. */
  public Draws(LoweredModel model, long seed) {
    this(model.draws(), model.graph().inputs(), seed);
  }

  private Draws(List<LoweredModel.Draw> draws, List<Value> inputs, long seed) {
    this.draws = draws;
    this.inputs = inputs;
    this.random = new SplittableRandom(seed);
  }

  /** True if no layer takes any. */
  public boolean isEmpty() {
    return draws.isEmpty();
  }

  /** What the layers take for so many samples; the caller closes them. */
  public List<Tensor> next(long samples) {
    return draws.stream().map(draw -> next(draw, samples)).toList();
  }

  /** Tensors of all other inputs of the graph, with these in their places. */
  public List<Tensor> among(List<Tensor> others, List<Tensor> drawn) {
    List<Tensor> all = new ArrayList<>(others);
    for (int i = 0; i < drawn.size(); i++) {
      all.add(inputs.indexOf(draws.get(i).input()), drawn.get(i));
    }
    return all;
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
