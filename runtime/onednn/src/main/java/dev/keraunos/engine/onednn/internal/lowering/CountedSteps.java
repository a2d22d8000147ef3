package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * Takes the masked steps out of sequences before a recurrence and puts them back behind it: a
 * masked step leaves the states as they are, so that a recurrence over the others alone has the
 * same states. The mask is (batch, time).
 */
final class CountedSteps {
  private CountedSteps() {}

  /** The mask of a batch in the order of processing. */
  private record Order(Tensor mask, boolean reverse) {
    int time() {
      return Math.toIntExact(mask.shape().dim(1));
    }

    /** The entry of a step among all of the batch. */
    long at(long sample, int step) {
      return sample * time() + (reverse ? time() - 1 - step : step);
    }

    boolean counts(long sample, int step) {
      return mask.getLong(at(sample, step)) != 0;
    }
  }

  /**
   * From x (batch, time, features) and the mask to the steps that count, in the order of
   * processing, then zeros.
   *
   * @param marks whether one more feature is 1 at the steps of zeros and 0 before
   */
  record Gathered(boolean reverse, boolean marks) implements Op.Call.Function {
    @Override
    public TensorType type(List<TensorType> in) {
      Shape x = in.get(0).shape();
      return new TensorType(in.get(0).dtype(), x.with(2, x.dim(2) + (marks ? 1 : 0)));
    }

    @Override
    public Tensor apply(List<Tensor> in) {
      Tensor x = in.get(0);
      Order order = new Order(in.get(1), reverse);
      long width = x.shape().dim(2);
      long marked = width + (marks ? 1 : 0);
      Tensor gathered = Tensor.zeros(x.dtype(), type(TensorType.of(in)).shape().toArray());
      for (long sample = 0; sample < x.shape().dim(0); sample++) {
        long next = sample * order.time();
        for (int step = 0; step < order.time(); step++) {
          if (order.counts(sample, step)) {
            gathered.copyFrom(next++ * marked, x, order.at(sample, step) * width, width);
          }
        }
        for (; marks && next < (sample + 1) * order.time(); next++) {
          gathered.setDouble(next * marked + width, 1);
        }
      }
      return gathered;
    }
  }

  /**
   * From the states after each step that counts (batch, time, units), the mask and, where there is
   * one, the initial state (batch, units) to the outputs of all steps in the order of processing,
   * or to the last.
   */
  record Outputs(Op.Recurrence recurrence) implements Op.Call.Function {
    @Override
    public TensorType type(List<TensorType> in) {
      Shape all = in.get(0).shape();
      return new TensorType(in.get(0).dtype(), recurrence.sequence() ? all : all.without(1));
    }

    @Override
    public Tensor apply(List<Tensor> in) {
      Tensor states = in.get(0);
      Order order = new Order(in.get(1), recurrence.reverse());
      long width = states.shape().dim(2);
      Tensor outputs = Tensor.zeros(states.dtype(), type(TensorType.of(in)).shape().toArray());
      for (long sample = 0; sample < states.shape().dim(0); sample++) {
        int counted = 0;
        for (int step = 0; step < order.time(); step++) {
          boolean counts = order.counts(sample, step);
          counted += counts ? 1 : 0;
          boolean wanted = recurrence.sequence() || step == order.time() - 1;
          if (wanted && (counts || !recurrence.zeroOutputForMask())) {
            long to = recurrence.sequence() ? sample * order.time() + step : sample;
            copy(outputs, to * width, in, sample, counted);
          }
        }
      }
      return outputs;
    }

    /** Before the first step that counts the output is the initial state, or stays zero. */
    private void copy(Tensor outputs, long to, List<Tensor> in, long sample, int counted) {
      if (counted > 0 || recurrence.stateOutputForMask()) {
        copyState(outputs, to, in, sample, counted);
      }
    }
  }

  /** From the same to the state (batch, units) after all steps. */
  record LastState() implements Op.Call.Function {
    @Override
    public TensorType type(List<TensorType> in) {
      return new TensorType(in.get(0).dtype(), in.get(0).shape().without(1));
    }

    @Override
    public Tensor apply(List<Tensor> in) {
      Order order = new Order(in.get(1), false);
      long width = in.get(0).shape().dim(2);
      Tensor last = Tensor.zeros(in.get(0).dtype(), type(TensorType.of(in)).shape().toArray());
      for (long sample = 0; sample < last.shape().dim(0); sample++) {
        int counted = 0;
        for (int step = 0; step < order.time(); step++) {
          counted += order.counts(sample, step) ? 1 : 0;
        }
        copyState(last, sample * width, in, sample, counted);
      }
      return last;
    }
  }

  /** The state of a sample after so many steps that count; zeros where there is no initial one. */
  private static void copyState(Tensor target, long to, List<Tensor> in, long sample, int counted) {
    Tensor states = in.get(0);
    long width = states.shape().dim(2);
    if (counted > 0) {
      long from = (sample * states.shape().dim(1) + counted - 1) * width;
      target.copyFrom(to, states, from, width);
    } else if (in.size() > 2) {
      target.copyFrom(to, in.get(2), sample * width, width);
    }
  }
}
