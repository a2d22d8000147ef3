package dev.keraunos.engine.onednn.internal.step;

import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;

/** What a plan does at one point: tiles that may run in any order and at the same time. */
public sealed interface Step {
  /** The nodes of the graph that this step computes. */
  List<Node> nodes();

  int tiles();

  /** All places the step reads or writes. */
  Collection<Place> places();

  /** An argument of a primitive: oneDNN's index for it, its layout and where it lies. */
  record Arg(int index, dnnl_memory_desc descriptor, Place place, long byteOffset) {}

  /** One call of a primitive. */
  record Tile(dnnl_primitive primitive, List<Arg> args) {}

  /** Primitives of oneDNN. */
  record Native(List<Node> nodes, List<Tile> calls) implements Step {
    @Override
    public int tiles() {
      return calls.size();
    }

    @Override
    public Collection<Place> places() {
      List<Place> places = new ArrayList<>();
      calls.forEach(tile -> tile.args().forEach(arg -> places.add(arg.place())));
      return places;
    }
  }

  /** An operation on the Java reference engine, over the same memory. */
  record Reference(List<Node> nodes, Op op, List<View> inputs, List<View> outputs) implements Step {
    @Override
    public int tiles() {
      return 1;
    }

    @Override
    public Collection<Place> places() {
      List<Place> places = new ArrayList<>();
      inputs.forEach(view -> places.add(view.place()));
      outputs.forEach(view -> places.add(view.place()));
      return places;
    }
  }
}
