package dev.keraunos.engine.onednn.internal.primitive;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.library.Natives;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Makes primitives and what they need. Primitives and the layouts of their arguments live as long
 * as the plan, everything else until planning ends.
 */
public final class Primitives {
  private static final Map<DType, Integer> TYPES =
      Map.of(
          DType.FLOAT32, dnnl.dnnl_f32,
          DType.FLOAT16, dnnl.dnnl_f16,
          DType.BFLOAT16, dnnl.dnnl_bf16,
          DType.INT32, dnnl.dnnl_s32,
          DType.INT8, dnnl.dnnl_s8,
          DType.UINT8, dnnl.dnnl_u8,
          DType.BOOL, dnnl.dnnl_u8);

  /** A call of one of oneDNN's functions that describe a primitive; gives its status. */
  public interface Creation {
    int create(dnnl_primitive_desc description);
  }

  private final Natives lasting;
  private final Natives passing;
  private final PackedWeights weights;

  public Primitives(Natives lasting, Natives passing, PackedWeights weights) {
    this.lasting = lasting;
    this.passing = passing;
    this.weights = weights;
  }

  public static boolean knows(DType dtype) {
    return TYPES.containsKey(dtype);
  }

  /** The layout of a view. */
  public dnnl_memory_desc layout(View view) {
    return layout(view, passing);
  }

  public static dnnl_memory_desc layout(View view, Natives owner) {
    dnnl_memory_desc layout = new dnnl_memory_desc();
    int type = TYPES.get(view.dtype());
    Library.check(
        dnnl.dnnl_memory_desc_create_with_strides(
            layout, view.rank(), view.dims(), type, view.strides()));
    return owner.own(layout, () -> dnnl.dnnl_memory_desc_destroy(layout));
  }

  /** A float32 layout that the primitive chooses. */
  public dnnl_memory_desc any(long... dims) {
    return any(DType.FLOAT32, dims);
  }

  /** A layout that the primitive chooses. */
  public dnnl_memory_desc any(DType dtype, long... dims) {
    int any = dnnl.dnnl_format_tag_any;
    dnnl_memory_desc layout = new dnnl_memory_desc();
    Library.check(
        dnnl.dnnl_memory_desc_create_with_tag(layout, dims.length, dims, TYPES.get(dtype), any));
    return passing.own(layout, () -> dnnl.dnnl_memory_desc_destroy(layout));
  }

  /** Attributes with these operations appended. */
  public dnnl_primitive_attr attributes(PostOps postOps) {
    return postOps.attributes(passing, false, 0);
  }

  /**
   * The same of a primitive that takes bytes beside floating numbers.
   *
   * @param block how many inputs share a scale of the weights, 0 for none
   */
  public dnnl_primitive_attr widening(PostOps postOps, long block) {
    return postOps.attributes(passing, true, block);
  }

  /**
   * Describes a primitive.
   *
   * @return empty where oneDNN has none, or only its generic one, which is slower than our own
   *     reference
   */
  public Optional<dnnl_primitive_desc> describe(Creation creation) {
    return describeAny(creation).filter(made -> !implementation(made).startsWith("ref"));
  }

  /** Describes a primitive by the implementation of a name if oneDNN has it, else as it prefers. */
  public Optional<dnnl_primitive_desc> describe(Creation creation, String preferred) {
    Optional<dnnl_primitive_desc> made = describeAny(creation);
    while (made.isPresent() && !implementation(made.get()).startsWith(preferred)) {
      if (dnnl.dnnl_primitive_desc_next_impl(made.get()) != dnnl.dnnl_success) {
        return describe(creation);
      }
    }
    return made;
  }

  /** Describes a primitive, be it the generic one: recurrences that are fast go by that name. */
  public Optional<dnnl_primitive_desc> describeAny(Creation creation) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    if (creation.create(description) != dnnl.dnnl_success) {
      return Optional.empty();
    }
    return Optional.of(
        passing.own(description, () -> dnnl.dnnl_primitive_desc_destroy(description)));
  }

  /** How oneDNN calls what it runs for a primitive, such as {@code brgconv:avx512_core}. */
  public static String implementation(dnnl_primitive primitive) {
    try (PointerPointer<dnnl_primitive_desc> description = new PointerPointer<>(1)) {
      Library.check(dnnl.dnnl_primitive_get_primitive_desc(primitive, description));
      return implementation(description.get(dnnl_primitive_desc.class, 0));
    }
  }

  private static String implementation(dnnl_primitive_desc description) {
    try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
      Library.check(
          dnnl.dnnl_primitive_desc_query(description, dnnl.dnnl_query_impl_info_str, 0, text));
      return text.get(BytePointer.class, 0).getString();
    }
  }

  /** A primitive as {@link #describe} has it; constants are arguments that all its calls share. */
  public Call create(dnnl_primitive_desc description, List<Step.Arg> constants) {
    dnnl_primitive primitive = new dnnl_primitive();
    Library.check(dnnl.dnnl_primitive_create(primitive, description));
    lasting.own(primitive, () -> dnnl.dnnl_primitive_destroy(primitive));
    dnnl_memory_desc scratch = wanted(description, dnnl.dnnl_query_scratchpad_md, 0);
    return new Call(primitive, constants, scratch);
  }

  /** A primitive without constants, if oneDNN has it. */
  public Optional<Call> call(Creation creation) {
    return describe(creation).map(description -> create(description, List.of()));
  }

  /** The layout a description wants for an argument. */
  public dnnl_memory_desc wanted(dnnl_primitive_desc description, int query, int index) {
    dnnl_memory_desc copy = new dnnl_memory_desc();
    Library.check(
        dnnl.dnnl_memory_desc_clone(
            copy, dnnl.dnnl_primitive_desc_query_md(description, query, index)));
    return lasting.own(copy, () -> dnnl.dnnl_memory_desc_destroy(copy));
  }

  /** An argument that is a view. */
  public Step.Arg arg(int index, View view) {
    return new Step.Arg(index, layout(view, lasting), view.place(), view.byteOffset());
  }

  /** An argument that is a constant, its elements one behind the other. */
  public Step.Arg rowMajor(int index, View constant) {
    View rows = View.of(constant.place(), constant.dtype(), Shape.of(constant.dims()));
    return packed(index, constant, layout(rows, lasting));
  }

  /** An argument that is a constant in the layout the primitive wants. */
  public Step.Arg packed(int index, View constant, dnnl_memory_desc wanted) {
    return new Step.Arg(index, wanted, weights.pack(constant, layout(constant), wanted), 0);
  }
}
