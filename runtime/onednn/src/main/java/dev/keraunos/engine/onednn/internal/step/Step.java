package dev.keraunos.engine.onednn.internal.step;

import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.global.dnnl;

/** What a plan does at one point: tiles that may run in any order and at the same time. */
public sealed interface Step {
  /** The nodes of the graph that this step computes. */
  List<Node> nodes();

  int tiles();

  /** All places the step reads or writes. */
  Collection<Place> places();

  /** The places the step writes. */
  Collection<Place> written();

  /** An argument of a primitive: oneDNN's index for it, its layout and where it lies. */
  record Arg(int index, dnnl_memory_desc descriptor, Place place, long byteOffset) {
    private static final Set<Integer> WRITTEN =
        Set.of(
            dnnl.DNNL_ARG_DST_0,
            dnnl.DNNL_ARG_DST_1,
            dnnl.DNNL_ARG_DST_2,
            dnnl.DNNL_ARG_SCRATCHPAD);

    boolean isWritten() {
      return WRITTEN.contains(index);
    }
  }

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

    @Override
    public Collection<Place> written() {
      return calls.stream()
          .flatMap(tile -> tile.args().stream())
          .filter(Arg::isWritten)
          .map(Arg::place)
          .toList();
    }

    /** This and another one, of which neither needs the other. */
    public Native with(Native other) {
      List<Node> allNodes = new ArrayList<>(nodes);
      allNodes.addAll(other.nodes);
      List<Tile> allCalls = new ArrayList<>(calls);
      allCalls.addAll(other.calls);
      return new Native(allNodes, allCalls);
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
      places.addAll(written());
      return places;
    }

    @Override
    public Collection<Place> written() {
      return outputs.stream().map(View::place).toList();
    }
  }
}
