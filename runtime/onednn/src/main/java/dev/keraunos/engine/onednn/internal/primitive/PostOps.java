package dev.keraunos.engine.onednn.internal.primitive;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.library.Natives;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.global.dnnl;

/** Elementwise operations that a primitive applies to its result before storing it. Immutable. */
public final class PostOps {
  public static final PostOps NONE = new PostOps(List.of());

  /** How many operations oneDNN takes. */
  public static final int MOST = 32;

  private static final Map<BinaryKind, Integer> BINARY =
      Map.of(
          BinaryKind.ADD, dnnl.dnnl_binary_add,
          BinaryKind.SUBTRACT, dnnl.dnnl_binary_sub,
          BinaryKind.MULTIPLY, dnnl.dnnl_binary_mul,
          BinaryKind.DIVIDE, dnnl.dnnl_binary_div,
          BinaryKind.MAXIMUM, dnnl.dnnl_binary_max,
          BinaryKind.MINIMUM, dnnl.dnnl_binary_min);

  private sealed interface Entry {}

  private record Apply(Eltwise function) implements Entry {}

  private record Combine(int algorithm, View operand) implements Entry {}

  private final List<Entry> entries;

  private PostOps(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * oneDNN's algorithm for a function of two operands, if it has it.
   *
   * @param finite whether operands are finite; else it is empty for what loses NaN
   */
  public static Optional<Integer> algorithm(BinaryKind kind, boolean finite) {
    boolean losesNan = kind == BinaryKind.MAXIMUM || kind == BinaryKind.MINIMUM;
    return losesNan && !finite ? Optional.empty() : Optional.ofNullable(BINARY.get(kind));
  }

  /** Whether the operands may change places. */
  public static boolean commutes(BinaryKind kind) {
    return kind != BinaryKind.SUBTRACT && kind != BinaryKind.DIVIDE;
  }

  /**
   * The tail of a group. A cast in it is but the type that the result is stored in.
   *
   * @param orient puts a view with the rank of the result into the order of the primitive's
   *     dimensions; empty if it cannot
   */
  public static Optional<PostOps> of(
      Group group, Site site, Function<View, Optional<View>> orient) {
    List<Entry> entries = new ArrayList<>();
    Value previous = group.anchor().outputs().get(0);
    for (Node node : group.tail()) {
      if (node.op() instanceof Op.Unary unary) {
        entries.add(new Apply(Eltwise.of(unary, site.finite(previous)).orElseThrow()));
      } else if (node.op() instanceof Op.Binary) {
        Value other = node.inputs().get(node.inputs().get(0) == previous ? 1 : 0);
        int algorithm = algorithm(((Op.Binary) node.op()).kind(), true).orElseThrow();
        Optional<View> operand = orient.apply(site.view(other).expand(previous.rank()));
        if (operand.isEmpty()) {
          return Optional.empty();
        }
        entries.add(new Combine(algorithm, operand.get()));
      }
      previous = node.output();
    }
    return Optional.of(new PostOps(entries));
  }

  /** The vector of that length along an axis that the first operation adds, if it adds one. */
  public Optional<View> bias(int axis, long length) {
    if (entries.isEmpty()
        || !(entries.get(0) instanceof Combine first)
        || first.algorithm() != dnnl.dnnl_binary_add
        || first.operand().size() != length
        || first.operand().dim(axis) != length) {
      return Optional.empty();
    }
    return Optional.of(first.operand().permute(axis));
  }

  public PostOps withoutFirst() {
    return new PostOps(entries.subList(1, entries.size()));
  }

  /**
   * Attributes of a primitive that applies these: strict float32, caller's scratch memory.
   *
   * @param widens whether bytes beside floating numbers become such
   * @param block how many inputs share a scale of the weights, 0 for none
   */
  dnnl_primitive_attr attributes(Natives owner, boolean widens, long block) {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    Library.check(dnnl.dnnl_primitive_attr_create(attributes));
    owner.own(attributes, () -> dnnl.dnnl_primitive_attr_destroy(attributes));
    Library.check(
        dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user));
    Library.check(
        dnnl.dnnl_primitive_attr_set_fpmath_mode_v2(
            attributes, dnnl.dnnl_fpmath_mode_strict, widens ? 1 : 0));
    if (block > 0) {
      int both = 3;
      Library.check(
          dnnl.dnnl_primitive_attr_set_scales(
              attributes, dnnl.DNNL_ARG_WEIGHTS, both, 2, new long[] {block, 1}, dnnl.dnnl_f32));
    }
    try (Natives natives = new Natives()) {
      dnnl_post_ops chain = new dnnl_post_ops();
      Library.check(dnnl.dnnl_post_ops_create(chain));
      natives.own(chain, () -> dnnl.dnnl_post_ops_destroy(chain));
      for (Entry entry : entries) {
        append(chain, entry);
      }
      Library.check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, chain));
    }
    return attributes;
  }

  private static void append(dnnl_post_ops chain, Entry entry) {
    if (entry instanceof Apply apply) {
      Eltwise f = apply.function();
      Library.check(dnnl.dnnl_post_ops_append_eltwise(chain, f.algorithm(), f.alpha(), f.beta()));
    } else {
      Combine combine = (Combine) entry;
      try (Natives natives = new Natives()) {
        dnnl_memory_desc layout = Primitives.layout(combine.operand(), natives);
        Library.check(dnnl.dnnl_post_ops_append_binary(chain, combine.algorithm(), layout));
      }
    }
  }

  /** The same operations for a part of an axis of the result. */
  public PostOps slice(int axis, long from, long length) {
    List<Entry> sliced = new ArrayList<>();
    for (Entry entry : entries) {
      sliced.add(
          entry instanceof Combine combine && combine.operand().dim(axis) != 1
              ? new Combine(combine.algorithm(), combine.operand().slice(axis, from, length))
              : entry);
    }
    return new PostOps(sliced);
  }

  /** The arguments that the operations read. */
  public List<Step.Arg> args(Primitives primitives) {
    List<Step.Arg> args = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i) instanceof Combine combine) {
        int index = dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (i + 1) | dnnl.DNNL_ARG_SRC_1;
        args.add(primitives.arg(index, combine.operand()));
      }
    }
    return args;
  }
}
