package dev.keraunos.engine.onednn.internal.run;

import dev.keraunos.engine.internal.reference.ReferenceKernels;
import dev.keraunos.engine.onednn.internal.plan.Plan;
import dev.keraunos.engine.onednn.internal.step.Binding;
import dev.keraunos.engine.onednn.internal.step.Place;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/** The memory and the bound calls of one run of a plan at a time. */
final class Workspace implements AutoCloseable {
  private final Plan plan;
  private final Tensor scratch;
  private final Binding binding;

  /** Of each step; null for those on the reference kernels. */
  private final Binding.Bound[][] calls;

  private List<Tensor> inputs = List.of();
  private List<Tensor> outputs = List.of();

  Workspace(Plan plan) {
    this.plan = plan;
    this.scratch = Tensor.allocate(DType.UINT8, Shape.of(plan.scratchBytes()));
    this.binding = new Binding(plan.steps(), scratch);
    this.calls = new Binding.Bound[plan.steps().size()][];
    for (int step = 0; step < calls.length; step++) {
      if (plan.steps().get(step) instanceof Step.Native primitives) {
        calls[step] = binding.bind(primitives);
      }
    }
  }

  /** Sets what the next run reads and writes. */
  void attach(List<Tensor> newInputs, List<Tensor> newOutputs) {
    inputs = newInputs;
    outputs = newOutputs;
    binding.point(newInputs, newOutputs);
  }

  /** Lets go of the tensors of the last run. */
  void detach() {
    inputs = List.of();
    outputs = List.of();
  }

  int steps() {
    return calls.length;
  }

  int tiles(int step) {
    return calls[step] == null ? 1 : calls[step].length;
  }

  /** Runs one tile; OpenMP must be set to a single thread. */
  void run(int step, int tile) {
    if (calls[step] == null) {
      run((Step.Reference) plan.steps().get(step));
      return;
    }
    calls[step][tile].run();
  }

  /**
   * Runs everything on the calling thread; OpenMP must be set to a single thread.
   *
   * @param watch takes when each step began and ended
   */
  void runAlone(Stopwatch watch) {
    for (int step = 0; step < calls.length; step++) {
      watch.begin(step);
      for (int tile = 0; tile < tiles(step); tile++) {
        run(step, tile);
      }
      watch.end(step);
    }
  }

  /** Runs everything on the calling thread; OpenMP must be set to a single thread. */
  void runAlone() {
    for (int step = 0; step < calls.length; step++) {
      for (int tile = 0; tile < tiles(step); tile++) {
        run(step, tile);
      }
    }
  }

  private void run(Step.Reference step) {
    List<Tensor> in = step.inputs().stream().map(this::tensor).toList();
    List<Tensor> out = step.outputs().stream().map(this::tensor).toList();
    ReferenceKernels.run(step.op(), in, out);
  }

  private Tensor tensor(View view) {
    Shape shape = Shape.of(view.dims());
    if (view.place() instanceof Place.Scratch own) {
      return scratch.view(view.dtype(), shape, own.offset());
    } else if (view.place() instanceof Place.Constant constant) {
      return constant.tensor().reshape(shape);
    } else if (view.place() instanceof Place.Input input) {
      return inputs.get(input.index()).reshape(shape);
    }
    return outputs.get(((Place.Output) view.place()).index()).reshape(shape);
  }

  @Override
  public void close() {
    binding.close();
    scratch.close();
  }
}
