package dev.keraunos.onnx.internal.lowering;

import static dev.keraunos.onnx.internal.lowering.Nodes.attr;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Op.Rnn.Cell;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.onnx.internal.lowering.Nodes.Typed;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The recurrent layers with an operator in ONNX. That knows no masks but the lengths of sequences,
 * so that masked layers, and those with other activations, are a Scan.
 */
final class Rnn {
  private final Op.Rnn op;
  private final Site site;
  private final Nodes n;
  private final DType work;
  private final long units;

  private Rnn(Op.Rnn op, Site site) {
    this.op = op;
    this.site = site;
    this.n = site.nodes();
    this.work = Types.work(site.dtype(0));
    this.units = site.shape(2).dim(0);
  }

  static List<String> lower(Op.Rnn op, Site site) {
    Rnn rnn = new Rnn(op, site);
    boolean gates = op.cell() == Cell.SIMPLE_RNN || named(op.recurrentActivation()) != null;
    boolean plain = !op.mask() && rnn.work == DType.FLOAT32 && gates;
    List<String> names = plain && named(op.activation()) != null ? rnn.operator() : rnn.loop();
    List<String> given = new ArrayList<>();
    names.forEach(name -> given.add(site.nodes().cast(name, rnn.work, site.dtype(0))));
    return given;
  }

  /** An activation of ONNX' recurrent operators: its name, and alpha and beta where it has them. */
  private record Named(String name, List<Double> alpha, List<Double> beta) {}

  private static Named named(Op.Unary activation) {
    List<Double> none = List.of();
    double alpha = activation.alpha();
    return switch (activation.kind()) {
      case TANH -> new Named("Tanh", none, none);
      case SIGMOID -> new Named("Sigmoid", none, none);
      case HARD_SIGMOID -> new Named("HardSigmoid", List.of(alpha), List.of(activation.beta()));
      case RELU ->
          alpha == 0
              ? new Named("Relu", none, none)
              : alpha == 1
                  ? new Named("Affine", List.of(1.0), List.of(0.0))
                  : new Named("LeakyRelu", List.of(alpha), none);
      case SOFTSIGN -> new Named("Softsign", none, none);
      default -> null;
    };
  }

  private String input(int i) {
    return site.in(i, work);
  }

  private int firstState() {
    return 3 + (op.bias() ? 1 : 0);
  }

  private List<String> operator() {
    Cell cell = op.cell();
    String x = input(0);
    String forward = op.recurrence().reverse() ? n.slice(x, 1, -1, Long.MIN_VALUE, -1) : x;
    List<Object> arguments = new ArrayList<>();
    arguments.add(n.transpose(forward, List.of(1, 0, 2)));
    arguments.add(n.unsqueeze(gates(n.transpose(input(1), List.of(1, 0))), 0));
    arguments.add(n.unsqueeze(gates(n.transpose(input(2), List.of(1, 0))), 0));
    arguments.add(op.bias() ? bias() : "");
    arguments.add("");
    for (int i = 0; i < cell.states() && op.initialState(); i++) {
      arguments.add(n.unsqueeze(input(firstState() + i), 0));
    }
    List<Named> functions = new ArrayList<>();
    if (cell != Cell.SIMPLE_RNN) {
      functions.add(named(op.recurrentActivation()));
    }
    functions.addAll(Collections.nCopies(cell == Cell.LSTM ? 2 : 1, named(op.activation())));
    arguments.add(attr("activations", functions.stream().map(Named::name).toList()));
    add(arguments, "activation_alpha", functions.stream().flatMap(f -> f.alpha.stream()).toList());
    add(arguments, "activation_beta", functions.stream().flatMap(f -> f.beta.stream()).toList());
    arguments.add(attr("hidden_size", units));
    if (cell == Cell.GRU_RESET_AFTER) {
      arguments.add(attr("linear_before_reset", 1L));
    }
    String type = cell == Cell.LSTM ? "LSTM" : cell == Cell.SIMPLE_RNN ? "RNN" : "GRU";
    List<String> found = n.ops(1 + cell.states(), type, arguments.toArray());
    List<String> results = new ArrayList<>();
    for (String state : found.subList(1, found.size())) {
      results.add(n.squeeze(state, 0));
    }
    String sequence =
        op.recurrence().sequence()
            ? n.transpose(n.squeeze(found.get(0), 1), List.of(1, 0, 2))
            : results.get(0);
    results.add(0, sequence);
    return results;
  }

  private static void add(List<Object> arguments, String name, List<Double> values) {
    if (!values.isEmpty()) {
      arguments.add(attr(name, values));
    }
  }

  /** The gates of an axis in ONNX' order: Keras' i, f, c, o as i, o, f, c; the others alike. */
  private String gates(String x) {
    if (op.cell() != Cell.LSTM) {
      return x;
    }
    List<String> parts = new ArrayList<>();
    for (int gate : new int[] {0, 3, 1, 2}) {
      parts.add(n.slice(x, 0, gate * units, (gate + 1) * units, 1));
    }
    return n.concat(0, parts);
  }

  /** That of the inputs and that of the states, which only GRU with reset_after has. */
  private String bias() {
    long width = op.cell().gates() * units;
    if (op.cell() == Cell.GRU_RESET_AFTER) {
      return n.op("Reshape", input(3), n.longs(1, 2 * width));
    }
    String none = n.op("Expand", n.scalar(work, 0), n.longs(width));
    return n.unsqueeze(n.concat(0, List.of(gates(input(3)), none)), 0);
  }

  /** What the inputs add is computed for all steps at once. */
  private List<String> loop() {
    String inputs = n.op("MatMul", input(0), input(1));
    if (op.bias() && op.cell() == Cell.GRU_RESET_AFTER) {
      inputs = n.op("Add", inputs, n.squeeze(n.slice(input(3), 0, 0, 1, 1), 0));
    } else if (op.bias()) {
      inputs = n.op("Add", inputs, input(3));
    }
    Shape state = Shape.of(site.shape(0).dim(0), units);
    List<String> states = new ArrayList<>();
    for (int i = 0; i < op.cell().states(); i++) {
      states.add(op.initialState() ? input(firstState() + i) : zeros());
    }
    List<TensorType> types = Collections.nCopies(1 + states.size(), new TensorType(work, state));
    String mask = op.mask() ? site.in(op.maskIndex()) : null;
    String recurrent = input(2);
    String extra =
        op.bias() && op.cell() == Cell.GRU_RESET_AFTER
            ? n.squeeze(n.slice(input(3), 0, 1, 2, 1), 0)
            : null;
    Recurrences.Loop loop =
        new Recurrences.Loop(n, new Typed(inputs, work), states, types, mask, op.recurrence());
    return loop.run(
        (body, step, before) -> new StepOf(body, step, before, recurrent, extra).apply());
  }

  private String zeros() {
    String shape = n.concat(0, List.of(n.dim(site.in(0), 0), n.longs(units)));
    return n.op("Expand", n.scalar(work, 0), shape);
  }

  /** One step of a cell. */
  private final class StepOf {
    private final Nodes b;
    private final String step;
    private final List<String> states;
    private final String recurrent;
    private final String h;
    private final String feedback;

    StepOf(Nodes body, String step, List<String> states, String recurrent, String extra) {
      this.b = body;
      this.step = step;
      this.states = states;
      this.recurrent = recurrent;
      this.h = states.get(0);
      String product = b.op("MatMul", h, recurrent);
      this.feedback = extra == null ? product : b.op("Add", product, extra);
    }

    private String part(String x, int gate) {
      return b.slice(x, 1, gate * units, (gate + 1) * units, 1);
    }

    private String both(int gate) {
      return b.op("Add", part(step, gate), part(feedback, gate));
    }

    /** A state that sums up many steps does not show what the operator Sigmoid is off. */
    private String gate(int gate) {
      if (op.recurrentActivation().kind() == UnaryKind.SIGMOID && work == DType.FLOAT32) {
        return b.op("Sigmoid", both(gate));
      }
      return Unary.apply(b, op.recurrentActivation(), both(gate), work);
    }

    private String activated(String x) {
      return Unary.apply(b, op.activation(), x, work);
    }

    List<String> apply() {
      return switch (op.cell()) {
        case SIMPLE_RNN -> {
          String next = activated(b.op("Add", step, feedback));
          yield List.of(next, next);
        }
        case LSTM -> lstm();
        case GRU -> {
          String reset = b.op("Mul", gate(1), h);
          String product = b.op("MatMul", reset, part(recurrent, 2));
          yield updated(b.op("Add", part(step, 2), product));
        }
        case GRU_RESET_AFTER -> {
          String reset = b.op("Mul", gate(1), part(feedback, 2));
          yield updated(b.op("Add", part(step, 2), reset));
        }
      };
    }

    private List<String> lstm() {
      String kept = b.op("Mul", gate(1), states.get(1));
      String c = b.op("Add", kept, b.op("Mul", gate(0), activated(both(2))));
      String next = b.op("Mul", gate(3), activated(c));
      return List.of(next, next, c);
    }

    private List<String> updated(String candidate) {
      String update = gate(0);
      String other = b.op("Sub", b.scalar(work, 1), update);
      String next = b.op("Add", b.op("Mul", update, h), b.op("Mul", other, activated(candidate)));
      return List.of(next, next);
    }
  }
}
