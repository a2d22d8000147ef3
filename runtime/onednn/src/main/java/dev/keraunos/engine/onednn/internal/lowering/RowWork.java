package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.primitive.Call;
import dev.keraunos.engine.onednn.internal.primitive.PostOps;
import dev.keraunos.engine.onednn.internal.primitive.Primitives;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/**
 * One operand and one result, cut along the first axis of both.
 *
 * @param creation describes the primitive for some rows
 */
record RowWork(Primitives primitives, View x, View y, Creation creation) implements Tiling.Work {
  /** A call of one of oneDNN's functions that describe a primitive; gives its status. */
  interface Creation {
    int create(
        dnnl_primitive_desc description,
        dnnl_memory_desc from,
        dnnl_memory_desc to,
        dnnl_primitive_attr attributes);
  }

  private static View part(View view, Tiling.Range range) {
    return view.slice(0, range.from(), range.length());
  }

  @Override
  public Optional<Call> call(Tiling.Range range) {
    return primitives.call(
        description ->
            creation.create(
                description,
                primitives.layout(part(x, range)),
                primitives.layout(part(y, range)),
                primitives.attributes(PostOps.NONE)));
  }

  @Override
  public List<Step.Arg> args(Tiling.Range range) {
    return List.of(
        primitives.arg(dnnl.DNNL_ARG_SRC, part(x, range)),
        primitives.arg(dnnl.DNNL_ARG_DST, part(y, range)));
  }
}
