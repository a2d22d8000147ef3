package dev.keraunos.importer.layers;

import dev.keraunos.graph.Value;

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
   * The output of one call of the layer.
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
}
