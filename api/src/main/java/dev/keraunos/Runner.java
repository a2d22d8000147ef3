package dev.keraunos;

import dev.keraunos.engine.Executable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Samples;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs an executable over any number of samples in parts that keep its memory bounded. */
final class Runner implements AutoCloseable {
  private static final long BUDGET = 256L << 20;

  private final Executable executable;
  private final long budget;
  private final boolean splits;

  Runner(Executable executable) {
    this(executable, BUDGET);
  }

  /**
   * A runner.
   *
   * @param budget how many bytes intermediate values may take
   */
  Runner(Executable executable, long budget) {
    this.executable = executable;
    this.budget = budget;
    this.splits = Samples.independent(executable.graph());
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
      executable.run(rows(inputs, samples, from, to), rows(outputs, samples, from, to));
    }
  }

  /** Some samples of tensors that hold the same number of rows for each. */
  static List<Tensor> rows(List<Tensor> tensors, long samples, long from, long to) {
    List<Tensor> rows = new ArrayList<>();
    for (Tensor tensor : tensors) {
      long each = tensor.shape().dim(0) / samples;
      rows.add(tensor.rows(from * each, to * each));
    }
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
    long bytes = 1;
    try {
      List<TensorType> one = new ArrayList<>();
      types(inputs).forEach(type -> one.add(new TensorType(type.dtype(), type.shape().with(0, 1))));
      for (Map.Entry<Value, TensorType> value : executable.graph().types(one).entrySet()) {
        boolean stored = value.getKey().producer().op() instanceof Op.Constant;
        bytes += stored ? 0 : value.getValue().shape().size() * value.getValue().dtype().bytes();
      }
    } catch (InputException e) {
      return samples; // one sample alone does not divide as the batch does
    }
    return Math.max(1, Math.min(samples, budget / bytes));
  }

  @Override
  public void close() {
    executable.close();
  }
}
