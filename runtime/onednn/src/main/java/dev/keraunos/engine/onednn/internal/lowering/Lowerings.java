package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.graph.Op;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How each kind of operation becomes primitives. */
public final class Lowerings {
  private interface Lowering {
    Optional<List<Step>> lower(Group group, Site site);
  }

  private static final Map<Class<? extends Op>, Lowering> TABLE =
      Map.ofEntries(
          Map.entry(Op.Conv.class, Convolution::forward),
          Map.entry(Op.ConvTranspose.class, Convolution::transposed),
          Map.entry(Op.Pool.class, Pooling::lower),
          Map.entry(Op.MatMul.class, Product::lower),
          Map.entry(Op.Unary.class, Elementwise::lower),
          Map.entry(Op.Binary.class, Elementwise::lower),
          Map.entry(Op.Reduce.class, Reduction::lower),
          Map.entry(Op.Softmax.class, Normalization::softmax),
          Map.entry(Op.Standardize.class, Normalization::standardize),
          Map.entry(Op.Resize.class, Resampling::lower),
          Map.entry(Op.Rnn.class, Recurrent::lower),
          Map.entry(Op.Pad.class, Movement::pad),
          Map.entry(Op.Concat.class, Movement::concat),
          Map.entry(Op.Transpose.class, Movement::transpose),
          Map.entry(Op.Slice.class, Movement::slice),
          Map.entry(Op.Cast.class, Movement::cast));

  private Lowerings() {}

  /**
   * The steps that compute a group of float32 values, or a cast to them.
   *
   * @return empty if no primitive computes the group as it is
   */
  public static Optional<List<Step>> lower(Group group, Site site) {
    Lowering lowering = TABLE.get(group.anchor().op().getClass());
    return lowering == null ? Optional.empty() : lowering.lower(group, site);
  }
}
