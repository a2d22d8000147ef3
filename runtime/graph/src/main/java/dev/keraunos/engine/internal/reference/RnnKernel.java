package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The recurrent layers with a kernel of their own. States are kept in double precision from step to
 * step.
 */
final class RnnKernel {
  /** Samples that run through time together. */
  private static final int ROWS = 32;

  private final Op.Rnn op;
  private final Tensor x;
  private final List<Tensor> initial;
  private final Tensor mask;
  private final List<Tensor> out;
  private final int time;
  private final int units;
  private final double[][] kernel;
  private final double[][] recurrent;
  private final double[] bias;
  private final double[] recurrentBias;

  static void addTo(KernelTable table) {
    table.add(Op.Rnn.class, RnnKernel::run);
  }

  static void run(Op.Rnn op, List<Tensor> in, List<Tensor> out, Workers workers) {
    RnnKernel rnn = new RnnKernel(op, in, out);
    double cost = (double) rnn.time * (rnn.kernel.length + rnn.units) * rnn.bias.length;
    workers.split(
        in.get(0).shape().dim(0),
        cost,
        (from, to) -> {
          for (long sample = from; sample < to; sample += ROWS) {
            rnn.new Samples(sample, (int) Math.min(ROWS, to - sample)).run();
          }
        });
  }

  private RnnKernel(Op.Rnn op, List<Tensor> in, List<Tensor> out) {
    this.op = op;
    this.x = in.get(0);
    this.out = out;
    this.time = Math.toIntExact(x.shape().dim(1));
    this.kernel = matrix(in.get(1));
    this.recurrent = matrix(in.get(2));
    this.units = recurrent.length;
    int width = units * op.cell().gates();
    double[] biases = op.bias() ? in.get(3).toDoubleArray() : new double[0];
    this.bias = Arrays.copyOf(biases, width);
    this.recurrentBias = Arrays.copyOfRange(biases, Math.min(width, biases.length), 2 * width);
    int first = 3 + (op.bias() ? 1 : 0);
    this.initial = op.initialState() ? in.subList(first, first + op.cell().states()) : List.of();
    this.mask = op.mask() ? in.get(op.maskIndex()) : null;
  }

  private static double[][] matrix(Tensor tensor) {
    double[][] rows = new double[(int) tensor.shape().dim(0)][(int) tensor.shape().dim(1)];
    for (int i = 0; i < rows.length; i++) {
      tensor.read((long) i * rows[i].length, rows[i], 0, rows[i].length);
    }
    return rows;
  }

  private double activation(double value) {
    return op.activation().kind().apply(value, op.activation().alpha(), op.activation().beta());
  }

  private double gate(double value) {
    Op.Unary gate = op.recurrentActivation();
    return gate.kind().apply(value, gate.alpha(), gate.beta());
  }

  /** Some samples on their way through time. */
  private final class Samples {
    private final long first;
    private final int rows;
    private final double[][] step;

    /** x·kernel + bias, (rows, gates·units). */
    private final double[][] inputs;

    /** h·recurrent (+ recurrent bias), (rows, gates·units). */
    private final double[][] feedback;

    private final List<double[][]> states = new ArrayList<>();
    private final double[][] output;

    Samples(long first, int rows) {
      this.first = first;
      this.rows = rows;
      this.step = new double[rows][kernel.length];
      this.inputs = new double[rows][bias.length];
      this.feedback = new double[rows][bias.length];
      this.output = new double[rows][units];
      for (int i = 0; i < op.cell().states(); i++) {
        double[][] state = new double[rows][units];
        for (int r = 0; r < rows && op.initialState(); r++) {
          initial.get(i).read((first + r) * units, state[r], 0, units);
        }
        states.add(state);
      }
    }

    void run() {
      for (int t = 0; t < time; t++) {
        advance(op.recurrence().reverse() ? time - 1 - t : t);
        for (int r = 0; r < rows && op.recurrence().sequence(); r++) {
          out.get(0).write(((first + r) * time + t) * units, output[r], 0, units);
        }
      }
      for (int r = 0; r < rows; r++) {
        if (!op.recurrence().sequence()) {
          out.get(0).write((first + r) * units, output[r], 0, units);
        }
        for (int i = 0; i < states.size(); i++) {
          out.get(1 + i).write((first + r) * units, states.get(i)[r], 0, units);
        }
      }
    }

    private void advance(int t) {
      for (int r = 0; r < rows; r++) {
        x.read(((first + r) * time + t) * kernel.length, step[r], 0, kernel.length);
        System.arraycopy(bias, 0, inputs[r], 0, bias.length);
        System.arraycopy(recurrentBias, 0, feedback[r], 0, bias.length);
      }
      Product.accumulate(step, kernel, inputs, rows, kernel.length, bias.length);
      Product.accumulate(states.get(0), recurrent, feedback, rows, units, bias.length);
      for (int r = 0; r < rows; r++) {
        if (mask == null || mask.getLong((first + r) * time + t) != 0) {
          update(r);
          System.arraycopy(states.get(0)[r], 0, output[r], 0, units);
        } else if (op.recurrence().zeroOutputForMask()) {
          Arrays.fill(output[r], 0);
        } else if (op.recurrence().stateOutputForMask()) {
          System.arraycopy(states.get(0)[r], 0, output[r], 0, units);
        }
      }
    }

    private void update(int r) {
      double[] h = states.get(0)[r];
      switch (op.cell()) {
        case SIMPLE_RNN -> {
          for (int i = 0; i < units; i++) {
            h[i] = activation(inputs[r][i] + feedback[r][i]);
          }
        }
        case LSTM -> lstm(inputs[r], feedback[r], h, states.get(1)[r]);
        case GRU -> gru(inputs[r], feedback[r], h);
        case GRU_RESET_AFTER -> gruResetAfter(inputs[r], feedback[r], h);
      }
    }

    private void lstm(double[] in, double[] back, double[] h, double[] c) {
      for (int i = 0; i < units; i++) {
        double input = gate(in[i] + back[i]);
        double forget = gate(in[units + i] + back[units + i]);
        double candidate = activation(in[2 * units + i] + back[2 * units + i]);
        c[i] = forget * c[i] + input * candidate;
        h[i] = gate(in[3 * units + i] + back[3 * units + i]) * activation(c[i]);
      }
    }

    private void gru(double[] in, double[] back, double[] h) {
      double[] reset = new double[units];
      for (int i = 0; i < units; i++) {
        reset[i] = gate(in[units + i] + back[units + i]) * h[i];
      }
      double[] candidate = Arrays.copyOfRange(in, 2 * units, 3 * units);
      for (int k = 0; k < units; k++) {
        for (int i = 0; i < units; i++) {
          candidate[i] += reset[k] * recurrent[k][2 * units + i];
        }
      }
      for (int i = 0; i < units; i++) {
        double update = gate(in[i] + back[i]);
        h[i] = update * h[i] + (1 - update) * activation(candidate[i]);
      }
    }

    private void gruResetAfter(double[] in, double[] back, double[] h) {
      for (int i = 0; i < units; i++) {
        double update = gate(in[i] + back[i]);
        double reset = gate(in[units + i] + back[units + i]);
        double candidate = activation(in[2 * units + i] + reset * back[2 * units + i]);
        h[i] = update * h[i] + (1 - update) * candidate;
      }
    }
  }
}
