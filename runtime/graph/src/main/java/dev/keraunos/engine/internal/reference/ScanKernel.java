package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A recurrence whose step is a graph. */
final class ScanKernel {
  private final Op.Scan op;
  private final List<Tensor> in;
  private final List<Tensor> out;
  private final Workers workers;
  private final Plan plan;
  private final long batch;
  private final long time;

  /** The output of the step before and the states after it. */
  private List<Tensor> before;

  static void addTo(KernelTable table) {
    table.add(Op.Scan.class, ScanKernel::run);
  }

  static void run(Op.Scan op, List<Tensor> in, List<Tensor> out, Workers workers) {
    new ScanKernel(op, in, out, workers).run();
  }

  private ScanKernel(Op.Scan op, List<Tensor> in, List<Tensor> out, Workers workers) {
    this.op = op;
    this.in = in;
    this.out = out;
    this.workers = workers;
    this.batch = in.get(0).shape().dim(0);
    this.time = in.get(0).shape().dim(1);
    Tensor x = in.get(0);
    List<TensorType> types = new ArrayList<>();
    types.add(new TensorType(x.dtype(), x.shape().without(1)));
    in.subList(1, 1 + op.states()).forEach(state -> types.add(TensorType.of(state)));
    constants().forEach(constant -> types.add(TensorType.of(constant)));
    this.plan = new Plan(op.body(), types);
    this.before = plan.allocateOutputs();
    for (int i = 0; i < op.states(); i++) {
      copyAll(in.get(1 + i), before.get(1 + i));
    }
  }

  private List<Tensor> constants() {
    return in.subList(1 + op.states() + (op.mask() ? 1 : 0), in.size());
  }

  private static void copyAll(Tensor from, Tensor to) {
    to.copyFrom(0, from, 0, from.size());
  }

  private void run() {
    Tensor x = in.get(0);
    Tensor step = Tensor.allocate(x.dtype(), x.shape().without(1));
    List<Tensor> after = plan.allocateOutputs();
    for (long t = 0; t < time; t++) {
      long at = op.recurrence().reverse() ? time - 1 - t : t;
      row(x, at, time, step, 0, 1);
      List<Tensor> inputs = new ArrayList<>(List.of(step));
      inputs.addAll(before.subList(1, before.size()));
      inputs.addAll(constants());
      plan.run(inputs, after, workers);
      for (long sample = 0; sample < batch && op.mask(); sample++) {
        if (in.get(1 + op.states()).getLong(sample * time + at) == 0) {
          keep(sample, after);
        }
      }
      if (op.recurrence().sequence()) {
        row(after.get(0), 0, 1, out.get(0), t, time);
      }
      List<Tensor> swap = before;
      before = after;
      after = swap;
    }
    for (int i = op.recurrence().sequence() ? 1 : 0; i < out.size(); i++) {
      copyAll(before.get(i), out.get(i));
    }
    step.close();
    before.forEach(Tensor::close);
    after.forEach(Tensor::close);
  }

  /** Copies one step of every sample between (batch, steps, ...) tensors. */
  private void row(Tensor from, long at, long steps, Tensor to, long toStep, long toSteps) {
    long size = from.size() / Math.max(1, batch * steps);
    for (long sample = 0; sample < batch; sample++) {
      to.copyFrom((sample * toSteps + toStep) * size, from, (sample * steps + at) * size, size);
    }
  }

  /** Undoes a step for a sample that is masked in it. */
  private void keep(long sample, List<Tensor> after) {
    for (int i = 1; i < after.size(); i++) {
      copySample(sample, before.get(i), after.get(i));
    }
    if (op.recurrence().zeroOutputForMask()) {
      Elementwise.fill(after.get(0).rows(sample, sample + 1), 0);
    } else {
      boolean state = op.recurrence().stateOutputForMask();
      copySample(sample, before.get(state ? 1 : 0), after.get(0));
    }
  }

  private void copySample(long sample, Tensor from, Tensor to) {
    long size = from.size() / batch;
    to.copyFrom(sample * size, from, sample * size, size);
  }
}
