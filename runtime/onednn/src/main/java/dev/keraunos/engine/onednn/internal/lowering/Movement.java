package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.Primitives;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Place;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/** Operations that copy elements from one strided view to another. */
final class Movement {
  /** Elements to copy, and where. */
  record Copy(View from, View to) {}

  private Movement() {}

  /** Parts of the output, one per input. */
  static Optional<List<Step>> concat(Group group, Site site) {
    int axis = ((Op.Concat) group.anchor().op()).axis();
    View y = site.view(group.output());
    List<Copy> copies = new ArrayList<>();
    long at = 0;
    for (Value input : group.anchor().inputs()) {
      View x = site.view(input);
      View part = y.slice(axis, at, x.dim(axis));
      at += x.dim(axis);
      if (x.size() > 0) {
        copies.add(new Copy(x.joinBehind(axis), part.joinBehind(axis)));
      }
    }
    return copies(group.nodes(), site, copies);
  }

  /** The input in the middle and, around it, borders that are constants. */
  static Optional<List<Step>> pad(Group group, Site site) {
    Op.Pad pad = (Op.Pad) group.anchor().op();
    View x = site.view(group.anchor().inputs().get(0));
    View middle = site.view(group.output());
    if (pad.mode() != Op.Pad.Mode.CONSTANT || x.size() == 0 || middle.size() > 2 * x.size()) {
      return Optional.empty();
    }
    List<Copy> copies = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      long before = pad.before().get(axis);
      long after = pad.after().get(axis);
      copies.addAll(border(middle.slice(axis, 0, before), pad.value()));
      copies.addAll(border(middle.slice(axis, before + x.dim(axis), after), pad.value()));
      middle = middle.slice(axis, before, x.dim(axis));
    }
    copies.add(new Copy(x, middle));
    return copies(group.nodes(), site, copies);
  }

  private static List<Copy> border(View to, double value) {
    if (to.size() == 0) {
      return List.of();
    }
    Tensor cells = Tensor.zeros(to.dtype(), to.dims());
    for (long i = 0; value != 0 && i < cells.size(); i++) {
      cells.setDouble(i, value);
    }
    return List.of(new Copy(View.of(new Place.Constant(cells), to.dtype(), cells.shape()), to));
  }

  static Optional<List<Step>> transpose(Group group, Site site) {
    List<Integer> permutation = ((Op.Transpose) group.anchor().op()).permutation();
    View x = site.view(group.anchor().inputs().get(0));
    View moved = x.permute(permutation.stream().mapToInt(i -> i).toArray());
    return copy(group.nodes(), site, moved, site.view(group.output())).map(List::of);
  }

  static Optional<List<Step>> slice(Group group, Site site) {
    Node node = group.anchor();
    List<Range> ranges = ((Op.Slice) node.op()).ranges();
    View x = site.view(node.inputs().get(0));
    List<Copy> copies = List.of(new Copy(x, site.view(node.output())));
    for (int axis = 0; axis < ranges.size(); axis++) {
      Range range = ranges.get(axis);
      if (range.step() < 0) {
        return Optional.empty();
      }
      copies = sliced(copies, axis, range);
    }
    return copies(group.nodes(), site, copies);
  }

  /**
   * Copies of a range of an axis. Where a last step reaches beyond the axis, oneDNN takes the view
   * for one that overlaps itself, so the last entry is a copy of its own.
   */
  private static List<Copy> sliced(List<Copy> copies, int axis, Range range) {
    List<Copy> sliced = new ArrayList<>();
    for (Copy copy : copies) {
      long first = range.first(copy.from.dim(axis));
      long count = copy.to.dim(axis);
      long step = range.step();
      long regular = count > 1 && count * step > copy.from.dim(axis) ? count - 1 : count;
      for (long at = 0; at < count; at += regular) {
        long length = Math.min(regular, count - at);
        View from = copy.from.slice(axis, first + at * step, length, step);
        sliced.add(new Copy(from, copy.to.slice(axis, at, length)));
      }
    }
    return sliced;
  }

  /** All copies at once, if oneDNN has them. */
  static Optional<List<Step>> copies(List<Node> nodes, Site site, List<Copy> copies) {
    List<Step.Tile> tiles = new ArrayList<>();
    for (Copy copy : copies) {
      Optional<Step> copied = copy(nodes, site, copy.from, copy.to);
      if (copied.isEmpty()) {
        return Optional.empty();
      }
      tiles.addAll(((Step.Native) copied.get()).calls());
    }
    return Optional.of(List.of(new Step.Native(nodes, tiles)));
  }

  /** A copy that converts the element type. */
  static Optional<List<Step>> cast(Group group, Site site) {
    View x = site.view(group.anchor().inputs().get(0));
    View y = site.view(group.output());
    if (!group.tail().isEmpty()
        || y.dtype() != DType.FLOAT32
        || !Primitives.knows(x.dtype())
        || y.size() == 0) {
      return Optional.empty();
    }
    return copy(group.nodes(), site, x.reshape(x.size()), y.reshape(y.size())).map(List::of);
  }

  private static Optional<Step> copy(List<Node> nodes, Site site, View from, View to) {
    double operations = Tiling.MOVED_ELEMENT * to.size();
    RowWork work = new RowWork(site.primitives(), from, to, Movement::reorder);
    return Tiling.tile(nodes, Tiling.cut(to.dim(0), operations), work);
  }

  private static int reorder(
      dnnl_primitive_desc description,
      dnnl_memory_desc from,
      dnnl_memory_desc to,
      dnnl_primitive_attr attributes) {
    return dnnl.dnnl_reorder_primitive_desc_create(
        description, from, Library.engine(), to, Library.engine(), attributes);
  }
}
