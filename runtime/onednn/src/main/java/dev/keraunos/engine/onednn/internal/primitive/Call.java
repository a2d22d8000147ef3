package dev.keraunos.engine.onednn.internal.primitive;

import dev.keraunos.engine.onednn.internal.step.Place;
import dev.keraunos.engine.onednn.internal.step.Step;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.global.dnnl;

/**
 * A primitive that tiles of the same size share.
 *
 * @param constants arguments that are the same for all tiles
 * @param scratch the layout of the scratch memory it wants
 */
public record Call(dnnl_primitive primitive, List<Step.Arg> constants, dnnl_memory_desc scratch) {
  /** One tile: tiles run at the same time, so each has scratch memory of its own. */
  Step.Tile tile(List<Step.Arg> args) {
    List<Step.Arg> all = new ArrayList<>(constants);
    all.addAll(args);
    long bytes = dnnl.dnnl_memory_desc_get_size(scratch);
    if (bytes > 0) {
      Place place = new Place.Scratch(bytes);
      all.add(new Step.Arg(dnnl.DNNL_ARG_SCRATCHPAD, scratch, place, 0));
    }
    return new Step.Tile(primitive, all);
  }
}
