package dev.keraunos;

import dev.keraunos.engine.Executable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs an executable over any number of samples in parts that keep its memory bounded. */
final class Runner implements AutoCloseable {
  private static final long BUDGET = 256L << 20;

  private final Executable executable;
  private final boolean splits;

  Runner(Executable executable) {
    this.executable = executable;
    Graph graph = executable.graph();
    this.splits =
        graph.inputs().stream().allMatch(Runner::isBatched)
            && graph.outputs().values().stream().allMatch(Runner::isBatched)
            && graph.nodes().stream().noneMatch(Runner::couplesSamples);
  }

  private static boolean isBatched(Value value) {
    return value.rank() > 0 && !value.shape().isKnown(0);
  }

  /** Batch statistics (BatchNormalization of Keras 1 in mode 2) depend on all samples at once. */
  private static boolean couplesSamples(Node node) {
    boolean reduces = node.op() instanceof Op.Reduce reduce && reduce.axes().contains(0);
    return reduces && isBatched(node.inputs().get(0));
  }

  Executable executable() {
    return executable;
  }

  List<Tensor> run(List<Tensor> inputs) {
    executable.graph().requireInputs(types(inputs));
    long samples = splits ? samples(inputs) : 0;
    long part = splits ? part(inputs, samples) : 0;
    if (part >= samples) {
      return executable.run(inputs);
    }
    List<Tensor> outputs = new ArrayList<>();
    for (TensorType type : executable.graph().infer(types(inputs))) {
      outputs.add(Tensor.allocate(type.dtype(), type.shape()));
    }
    run(inputs, outputs, samples, part);
    return outputs;
  }

  void run(List<Tensor> inputs, List<Tensor> outputs) {
    executable.graph().requireInputs(types(inputs));
    long samples = splits ? samples(inputs) : 0;
    long part = splits ? part(inputs, samples) : 0;
    if (part >= samples) {
      executable.run(inputs, outputs);
    } else {
      run(inputs, outputs, samples, part);
    }
  }

  private void run(List<Tensor> inputs, List<Tensor> outputs, long samples, long part) {
    for (long from = 0; from < samples; from += part) {
      long to = Math.min(samples, from + part);
      executable.run(rows(inputs, from, to), rows(outputs, from, to));
    }
  }

  static List<Tensor> rows(List<Tensor> tensors, long from, long to) {
    List<Tensor> rows = new ArrayList<>();
    tensors.forEach(tensor -> rows.add(tensor.rows(from, to)));
    return rows;
  }

  private static List<TensorType> types(List<Tensor> tensors) {
    List<TensorType> types = new ArrayList<>();
    tensors.forEach(tensor -> types.add(new TensorType(tensor.dtype(), tensor.shape())));
    return types;
  }

  private long samples(List<Tensor> inputs) {
    long samples = inputs.get(0).shape().dim(0);
    for (Tensor input : inputs) {
      if (input.shape().dim(0) != samples) {
        throw new InputException(
            "the inputs "
                + executable.graph().inputNames()
                + " have "
                + samples
                + " and "
                + input.shape().dim(0)
                + " samples");
      }
    }
    return samples;
  }

  /** How many samples fit the budget if every intermediate value were kept. */
  private long part(List<Tensor> inputs, long samples) {
    if (samples <= 1) {
      return samples;
    }
    Map<Value, TensorType> types = new HashMap<>();
    long bytes = 1;
    for (int i = 0; i < inputs.size(); i++) {
      Shape one = inputs.get(i).shape().with(0, 1);
      types.put(executable.graph().inputs().get(i), new TensorType(inputs.get(i).dtype(), one));
    }
    for (Node node : executable.graph().nodes()) {
      if (!(node.op() instanceof Op.Input)) {
        List<TensorType> given = new ArrayList<>();
        node.inputs().forEach(input -> given.add(types.get(input)));
        List<TensorType> found = node.op().infer(given);
        for (Value output : node.outputs()) {
          TensorType type = found.get(output.index());
          types.put(output, type);
          bytes +=
              node.op() instanceof Op.Constant ? 0 : type.shape().size() * type.dtype().bytes();
        }
      }
    }
    return Math.max(1, Math.min(samples, BUDGET / bytes));
  }

  @Override
  public void close() {
    executable.close();
  }
}
