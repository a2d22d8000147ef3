package dev.keraunos.onnx.internal.lowering;

import static dev.keraunos.onnx.internal.lowering.Nodes.attr;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.onnx.internal.lowering.Nodes.Body;
import dev.keraunos.onnx.internal.lowering.Nodes.Typed;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Recurrences whose step is a graph. */
final class Recurrences {
  private Recurrences() {}

  /** A step: from a step of the sequence and the states, the output and the new states. */
  interface Step {
    List<String> apply(Nodes body, String step, List<String> states);
  }

  /**
   * A recurrence over axis 1.
   *
   * @param x the sequence
   * @param states their names before the first step
   * @param types of the output of a step, and of the states
   * @param mask a bool for every sample and step, or null
   */
  record Loop(
      Nodes n,
      Typed x,
      List<String> states,
      List<TensorType> types,
      String mask,
      Op.Recurrence recurrence) {
    /** Whether the output of the step before is needed. */
    private boolean keepsOutput() {
      boolean masked = mask != null;
      boolean other = recurrence.zeroOutputForMask() || recurrence.stateOutputForMask();
      return !recurrence.sequence() || (masked && !other);
    }

    /** Appends the loop; gives the sequence or the last output, and the last states. */
    List<String> run(Step step) {
      Nodes body = n.inner();
      List<Typed> inputs = new ArrayList<>();
      List<Object> arguments = new ArrayList<>();
      List<DType> carried = new ArrayList<>();
      types.forEach(type -> carried.add(type.dtype()));
      List<String> first = new ArrayList<>(states);
      if (keepsOutput()) {
        first.add(zeros());
        carried.add(types.get(0).dtype());
      }
      for (int i = 0; i < first.size(); i++) {
        inputs.add(new Typed(body.fresh("state"), carried.get(i + 1)));
        arguments.add(first.get(i));
      }
      inputs.add(new Typed(body.fresh("step"), x.dtype()));
      arguments.add(x.name());
      if (mask != null) {
        inputs.add(new Typed(body.fresh("mask"), DType.BOOL));
        arguments.add(mask);
      }
      List<Typed> outputs = outputs(body, inputs, step);
      long scanned = mask != null ? 2 : 1;
      long direction = recurrence.reverse() ? 1 : 0;
      arguments.add(attr("body", new Body(inputs, outputs, body)));
      arguments.add(attr("num_scan_inputs", scanned));
      arguments.add(attr("scan_input_axes", Collections.nCopies((int) scanned, 1L)));
      arguments.add(attr("scan_input_directions", Collections.nCopies((int) scanned, direction)));
      if (recurrence.sequence()) {
        arguments.add(attr("scan_output_axes", List.of(1L)));
      }
      List<String> names = n.ops(outputs.size(), "Scan", arguments.toArray());
      List<String> results = new ArrayList<>();
      results.add(recurrence.sequence() ? names.get(names.size() - 1) : names.get(states.size()));
      results.addAll(names.subList(0, states.size()));
      return results;
    }

    private List<Typed> outputs(Nodes body, List<Typed> inputs, Step step) {
      List<String> before = inputs.subList(0, states.size()).stream().map(Typed::name).toList();
      int at = states.size() + (keepsOutput() ? 1 : 0);
      List<String> after = new ArrayList<>(step.apply(body, inputs.get(at).name(), before));
      if (mask != null) {
        String steps = inputs.get(at + 1).name();
        for (int i = 1; i < after.size(); i++) {
          after.set(i, masked(body, steps, i, after.get(i), before.get(i - 1)));
        }
        String instead =
            recurrence.zeroOutputForMask()
                ? body.scalar(types.get(0).dtype(), 0)
                : recurrence.stateOutputForMask()
                    ? before.get(0)
                    : inputs.get(states.size()).name();
        after.set(0, masked(body, steps, 0, after.get(0), instead));
      }
      List<Typed> outputs = new ArrayList<>();
      for (int i = 1; i < after.size(); i++) {
        outputs.add(result(body, after.get(i), i));
      }
      if (keepsOutput()) {
        outputs.add(result(body, after.get(0), 0));
      }
      if (recurrence.sequence()) {
        outputs.add(result(body, after.get(0), 0));
      }
      return outputs;
    }

    /** Under a name of its own, as a body gives no name twice and none from outside. */
    private Typed result(Nodes body, String name, int i) {
      return new Typed(body.op("Identity", name), types.get(i).dtype());
    }

    /** The new value where a sample is not masked in this step. */
    private String masked(Nodes body, String mask, int i, String after, String before) {
      DType type = types.get(i).dtype();
      DType work = Types.work(type);
      long[] axes = new long[types.get(i).shape().rank() - 1];
      for (int j = 0; j < axes.length; j++) {
        axes[j] = j + 1L;
      }
      String condition = body.unsqueeze(mask, axes);
      String chosen =
          body.op("Where", condition, body.cast(after, type, work), body.cast(before, type, work));
      return body.cast(chosen, work, type);
    }

    /** What comes before the first output. */
    private String zeros() {
      TensorType type = types.get(0);
      Shape shape = type.shape();
      List<String> dims = new ArrayList<>();
      for (int i = 0; i < shape.rank(); i++) {
        boolean known = shape.isKnown(i);
        dims.add(known ? n.longs(shape.dim(i)) : i == 0 ? n.dim(x.name(), 0) : dim(i));
      }
      String all = dims.isEmpty() ? n.longs() : n.concat(0, dims);
      DType work = Types.work(type.dtype());
      return n.cast(n.op("Expand", n.scalar(work, 0), all), work, type.dtype());
    }

    /** An unknown length behind the samples, which is that of the first state. */
    private String dim(int axis) {
      return n.dim(states.get(0), axis);
    }
  }

  static List<String> scan(Op.Scan op, Site site) {
    Nodes n = site.nodes();
    List<TensorType> types = new ArrayList<>();
    op.body().outputs().values().forEach(value -> types.add(value.type()));
    TensorType output = types.get(0);
    boolean open = false;
    for (int i = 1; i < output.shape().rank(); i++) {
      open |= !output.shape().isKnown(i);
    }
    boolean likeState = op.states() > 0 && site.shape(1).rank() == output.shape().rank();
    if (open && !likeState) {
      return site.gap(
          "a recurrence whose output has unknown lengths; give the input a fixed shape");
    }
    List<String> states = new ArrayList<>();
    for (int i = 1; i <= op.states(); i++) {
      states.add(site.in(i));
    }
    String mask = op.mask() ? site.in(1 + op.states()) : null;
    Typed x = new Typed(site.in(0), site.dtype(0));
    Loop loop = new Loop(n, x, states, types, mask, op.recurrence());
    return loop.run((body, step, before) -> body(op, site, body, step, before));
  }

  private static List<String> body(
      Op.Scan op, Site site, Nodes body, String step, List<String> states) {
    Graph graph = op.body();
    List<Value> inputs = graph.inputs();
    body.bind(inputs.get(0), step);
    for (int i = 0; i < states.size(); i++) {
      body.bind(inputs.get(1 + i), states.get(i));
    }
    int outer = 1 + op.states() + (op.mask() ? 1 : 0);
    for (int i = outer; i < site.inputs(); i++) {
      body.bind(inputs.get(1 + op.states() + i - outer), site.in(i));
    }
    Lowering.lower(graph, body);
    return graph.outputs().values().stream().map(body::name).toList();
  }

  /** Combines what came before with the next along an axis. */
  record Running(Nodes n, int axis, DType type) {
    /** One step. */
    interface Combine {
      String apply(Nodes body, String step, String state);
    }

    /** What is combined up to every entry of an axis. */
    String over(String x, String first, Combine combine) {
      Nodes body = n.inner();
      Typed state = new Typed(body.fresh("state"), type);
      Typed step = new Typed(body.fresh("step"), type);
      String next = combine.apply(body, step.name(), state.name());
      Typed copy = new Typed(body.op("Identity", next), type);
      Body loop = new Body(List.of(state, step), List.of(new Typed(next, type), copy), body);
      return n.ops(
              2,
              "Scan",
              first,
              x,
              attr("body", loop),
              attr("num_scan_inputs", 1L),
              attr("scan_input_axes", List.of((long) axis)),
              attr("scan_output_axes", List.of((long) axis)))
          .get(1);
    }
  }
}
