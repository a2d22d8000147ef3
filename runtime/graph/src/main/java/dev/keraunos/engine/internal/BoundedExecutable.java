package dev.keraunos.engine.internal;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.StepTime;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.axis.Samples;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

/** Runs an executable of any engine over any number of samples, in parts that bound its memory. */
public final class BoundedExecutable implements Executable {
  private static final long BUDGET = 256L << 20;

  private final Executable executable;
  private final long budget;
  private final boolean divides;
  private final ByTypes<Division> divisions = new ByTypes<>(this::divide);

  /** Bounds an executable, which is closed together with this one. */
  public BoundedExecutable(Executable executable) {
    this(executable, BUDGET);
  }

  /**
   * Bounds an executable.
   *
   * @param budget how many bytes intermediate values may take
   */
  public BoundedExecutable(Executable executable, long budget) {
    this.executable = executable;
    this.budget = budget;
    this.divides = Samples.independent(executable.graph());
  }

  @Override
  public Graph graph() {
    return executable.graph();
  }

  /** How a batch is divided: into parts of so many samples. */
  private record Division(long samples, long part) {
    boolean isWhole() {
      return part >= samples;
    }
  }

  @Override
  public List<Tensor> run(List<Tensor> inputs) {
    return run(
        inputs,
        (types, division) -> {
          if (division.isWhole()) {
            return executable.run(inputs);
          }
          List<Tensor> outputs = new ArrayList<>();
          for (TensorType type : graph().infer(types)) {
            outputs.add(Tensor.allocate(type.dtype(), type.shape()));
          }
          run(inputs, outputs, division);
          return outputs;
        });
  }

  @Override
  public void run(List<Tensor> inputs, List<Tensor> outputs) {
    run(
        inputs,
        (types, division) -> {
          if (division.isWhole()) {
            executable.run(inputs, outputs);
          } else {
            run(inputs, outputs, division);
          }
          return outputs;
        });
  }

  /** {@inheritDoc} Of inputs that are divided, of their first part. */
  @Override
  public List<StepTime> profile(List<Tensor> inputs, int runs) {
    Division division = divisions.of(TensorType.of(inputs));
    return executable.profile(
        division.isWhole() ? inputs : Samples.rows(inputs, division.samples(), 0, division.part()),
        runs);
  }

  /** Does what is to be done with inputs that are divided; says who makes too much of them. */
  private List<Tensor> run(
      List<Tensor> inputs, BiFunction<List<TensorType>, Division, List<Tensor>> work) {
    List<TensorType> types = TensorType.of(inputs);
    Division division = divisions.of(types);
    try {
      return work.apply(types, division);
    } catch (OutOfMemoryError e) {
      throw tooLarge(types, division, e);
    } catch (InputException e) {
      throw e.getCause() instanceof OutOfMemoryError ? tooLarge(types, division, e) : e;
    }
  }

  /** Names the layer that makes the largest value. */
  private InputException tooLarge(List<TensorType> given, Division division, Throwable cause) {
    Map<Value, TensorType> types = graph().types(division.isWhole() ? given : rows(given, 1));
    Value largest =
        types.keySet().stream()
            .max(Comparator.comparing(value -> bytes(types.get(value))))
            .orElseThrow();
    TensorType type = types.get(largest);
    String path = largest.producer().path();
    return new InputException(
        String.format(
            Locale.ROOT,
            "memory does not suffice: %s; the largest value is that of '%s', %s %s%s",
            cause.getMessage(),
            path,
            type.dtype(),
            type.shape(),
            division.isWhole() ? "" : " for one sample"),
        cause);
  }

  private static double bytes(TensorType type) {
    double bytes = type.dtype().bytes();
    for (int axis = 0; axis < type.shape().rank(); axis++) {
      bytes *= type.shape().dim(axis);
    }
    return bytes;
  }

  private static List<TensorType> rows(List<TensorType> types, long samples) {
    return types.stream()
        .map(type -> new TensorType(type.dtype(), type.shape().with(0, samples)))
        .toList();
  }

  private void run(List<Tensor> inputs, List<Tensor> outputs, Division division) {
    long samples = division.samples;
    for (long from = 0; from < samples; from += division.part) {
      long to = Math.min(samples, from + division.part);
      executable.run(
          Samples.rows(inputs, samples, from, to), Samples.rows(outputs, samples, from, to));
    }
  }

  private Division divide(List<TensorType> inputs) {
    graph().requireInputs(inputs);
    if (!divides) {
      return new Division(0, 0);
    }
    long samples = inputs.get(0).shape().dim(0);
    for (TensorType input : inputs) {
      if (input.shape().dim(0) != samples) {
        throw new InputException(
            "the inputs "
                + graph().inputNames()
                + " have "
                + samples
                + " and "
                + input.shape().dim(0)
                + " samples");
      }
    }
    return new Division(samples, samples <= 1 ? samples : part(inputs, samples));
  }

  /** How many samples fit the budget if every intermediate value were kept. */
  private long part(List<TensorType> inputs, long samples) {
    double bytes = 1;
    try {
      Map<Value, TensorType> types = graph().types(rows(inputs, 1));
      for (Value value : Samples.dependent(graph())) {
        bytes += bytes(types.get(value));
      }
    } catch (InputException e) {
      return samples; // one sample alone does not divide as the batch does
    }
    return Math.max(1, Math.min(samples, (long) (budget / bytes)));
  }

  @Override
  public Map<Node, String> placement() {
    return executable.placement();
  }

  @Override
  public void close() {
    executable.close();
  }
}
