package dev.keraunos.importer.layers;

import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.Shape;
import java.util.List;

/**
 * A layer class of one's own, which a model file names and cannot hold: what {@code call} of the
 * Python class computes, written with {@link dev.keraunos.graph.Ops}.
 *
 * <pre>{@code
 * CustomLayer scale = call -> Ops.multiply(call.x(), call.weight("0", call.dim(call.x(), -1)));
 * }</pre>
 */
@FunctionalInterface
public interface CustomLayer {
  /**
   * The output of one call of the layer, or the first of several.
   *
   * @param call its inputs, config and variables
   */
  Value lower(LayerCall call);

  /**
   * The mask of the output, (batch, time), or null for none: {@code compute_mask}. Hands the mask
   * of the first input on, as a class with {@code supports_masking = True} does; one without it
   * gives null. A layer that makes a mask by one of its config: {@code call.inner("layer",
   * call.inputs()).get(0).mask()}.
   */
  default Value mask(LayerCall call) {
    return call.passedMask();
  }

  /**
   * All outputs of one call, flattened: that of {@link #lower} under that of {@link #mask}. A layer
   * that gives several overrides it, as does a recurrent cell, which gives its output and then its
   * new states.
   *
   * @param call its inputs; those of a cell are a step, (batch, features), and its states
   */
  default List<Masked> outputs(LayerCall call) {
    return List.of(new Masked(lower(call), mask(call)));
  }

  /**
   * The shapes of a recurrent cell's states without the batch: {@code state_size}. Empty for a
   * layer that is no cell. Each state is zero before the first step.
   *
   * @param config of the cell
   */
  default List<Shape> states(Config config) {
    return List.of();
  }
}
