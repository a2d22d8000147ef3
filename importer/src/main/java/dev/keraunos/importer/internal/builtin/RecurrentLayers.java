package dev.keraunos.importer.internal.builtin;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Op.Recurrence;
import dev.keraunos.graph.Op.Rnn.Cell;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.GapException;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.Lowering;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.StoredForm;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** {@code keras.layers.rnn}: LSTM, GRU, SimpleRNN, their cuDNN forms, and RNN over any cell. */
final class RecurrentLayers {
  private static final String GATE = "recurrent_activation";
  private static final String RESET_AFTER = "reset_after";

  private static final String[] SEQUENCE_KEYS = {
    "stateful",
    "unroll",
    "implementation",
    "consume_less",
    "dropout",
    "recurrent_dropout",
    "dropout_W",
    "dropout_U",
    "return_state",
    "return_sequences",
    "go_backwards",
    "time_major",
    "zero_output_for_mask",
    "num_constants",
    RESET_AFTER,
    GATE,
    "inner_activation",
    "activation",
    "use_cudnn"
  };

  /** What {@code call} of every recurrent layer takes behind the sequence. */
  static final String[] PARAMETERS = {"initial_state", "mask", "training"};

  /** The rates of dropout, today's and those of Keras 1. */
  static final String[] RATES = {"dropout", "recurrent_dropout", "dropout_W", "dropout_U"};

  static final List<LayerRow> ROWS =
      List.of(
          gated(call -> layer(call, Cell.SIMPLE_RNN), "SimpleRNN"),
          gated(call -> layer(call, Cell.LSTM), "LSTM").stored(StoredForm.LSTM).gatesSharePenalty(),
          gated(call -> layer(call, gru(call)), "GRU").stored(StoredForm.GRU).gatesSharePenalty(),
          gated(call -> layer(call, Cell.LSTM), "CuDNNLSTM")
              .stored(StoredForm.LSTM)
              .absent(GATE, "sigmoid"),
          gated(call -> layer(call, gru(call)), "CuDNNGRU")
              .stored(StoredForm.GRU)
              .absent(GATE, "sigmoid")
              .absent(RESET_AFTER, "true"),
          gated(call -> cell(call, Cell.SIMPLE_RNN), "SimpleRNNCell")
              .takes("states", "training")
              .states(states(1)),
          gated(call -> cell(call, Cell.LSTM), "LSTMCell")
              .takes("states", "training")
              .states(states(2)),
          gated(call -> cell(call, gru(call)), "GRUCell")
              .takes("states", "training")
              .states(states(1)),
          LayerRow.of(RecurrentLayers::rnn, "RNN")
              .children(layer -> Map.of("cell", cellOf(layer)))
              .takes(PARAMETERS)
              .ignores(SEQUENCE_KEYS),
          LayerRow.of(RecurrentLayers::stacked, "StackedRNNCells")
              .children(RecurrentLayers::cellsOf)
              .states(RecurrentLayers::statesOfAll)
              .ignores("reverse_state_order"));

  private RecurrentLayers() {}

  private static LayerRow gated(Lowering lowering, String... names) {
    return LayerRow.of(lowering, names)
        .weights("kernel", "recurrent_kernel")
        .bias()
        .takes(PARAMETERS)
        .draws(RATES)
        .ignores(SEQUENCE_KEYS);
  }

  /**
   * What a recurrent layer was given.
   *
   * @param states initial states, or none for zeros
   * @param kept what stands for the states that a stateful layer keeps from batch to batch, or none
   * @param mask null for none
   */
  record Given(Value x, List<Value> states, List<Value> kept, Value mask) {
    /**
     * What a call gives.
     *
     * @param count how many states the layer has
     */
    static Given of(RowCall call, int count) {
      List<Value> states = new ArrayList<>(call.xs(1).subList(1, call.inputs().size()));
      call.keyword("initial_state")
          .ifPresent(
              argument ->
                  call.tensors(argument)
                      .forEach(state -> states.add(call.autocast(state.value()))));
      if (call.keyword("constants").isPresent()
          || call.config().get("num_constants").integer(0) > 0) {
        throw call.gap("constants given to a recurrent layer are not supported");
      }
      if (!states.isEmpty() && states.size() != count) {
        throw new InputException("its call gives " + states.size() + " states, it has " + count);
      }
      boolean timeMajor = call.config().get("time_major").bool(false);
      Value x = call.floating();
      Value mask = ElementMask.ofSteps(call.mask());
      Value sequence = timeMajor ? Ops.swapaxes(x, 0, 1) : x;
      states.replaceAll(state -> rows(state, sequence));
      return new Given(
          sequence, states, List.of(), timeMajor && mask != null ? Ops.swapaxes(mask, 0, 1) : mask);
    }

    /** The same for a sequence and states in another form. */
    Given with(Value sequence, List<Value> initial) {
      return new Given(sequence, initial, kept, mask);
    }

    /**
     * The same with the states that a stateful layer keeps. tf.keras takes states that are given
     * until those kept differ from zero, the others always.
     */
    Given keeping(RowCall call, Supplier<List<Value>> zeros) {
      boolean given = !states.isEmpty();
      boolean ignored = given && !call.dialect().has(Quirk.KEPT_STATES_COUNT);
      if (!call.config().get("stateful").bool(false) || ignored) {
        return this;
      }
      List<Value> own = zeros.get();
      return new Given(x, given ? started(own) : own, own, mask);
    }

    private List<Value> started(List<Value> own) {
      Value differs =
          own.stream().map(v -> Ops.any(Ops.notEqual(v, 0))).reduce(Ops::logicalOr).orElseThrow();
      List<Value> chosen = new ArrayList<>();
      own.forEach(state -> chosen.add(Ops.where(differs, state, states.get(chosen.size()))));
      return chosen;
    }
  }

  /** A state of one row stands for all samples. */
  private static Value rows(Value state, Value x) {
    if (state.shape().dim(0) != 1 || x.shape().dim(0) == 1) {
      return state;
    }
    List<Dim> dims = Dim.of(state, 0);
    dims.set(0, new Dim.Same(1, 0));
    return state.producer().builder().apply(new Op.BroadcastTo(dims), state, x).get(0);
  }

  private static List<Masked> layer(RowCall call, Cell cell) {
    Given given = keeping(call, Given.of(call, cell.states()), stateShapes(call, cell));
    Optional<Op.Unary> activation = unary(call, "activation", "tanh");
    Optional<Op.Unary> gate = cell == Cell.SIMPLE_RNN ? activation : unary(call, GATE, gate(call));
    if (activation.isEmpty() || gate.isEmpty() || ElementMask.is(given.mask())) {
      return scan(
          call, given, stateShapes(call, cell), call::in, (body, step) -> step(body, cell, step));
    }
    int units = units(call.config());
    List<Value> inputs =
        new ArrayList<>(List.of(given.x(), kernel(call, cell, given.x()), recurrent(call, cell)));
    boolean bias = hasBias(call.config());
    if (bias) {
      inputs.add(bias(call, cell, units));
    }
    inputs.addAll(given.states());
    if (given.mask() != null) {
      inputs.add(given.mask());
    }
    Recurrence recurrence = recurrence(call, given);
    Op.Rnn rnn =
        new Op.Rnn(
            cell,
            activation.get(),
            gate.get(),
            bias,
            !given.states().isEmpty(),
            given.mask() != null,
            recurrence);
    return outputs(call, given, call.builder().apply(rnn, inputs));
  }

  private static Optional<Op.Unary> unary(RowCall call, String key, String absent) {
    return call.activation(entry(call, key, absent)).unary();
  }

  /** A gate's activation as saved; where the key is absent, the default of its Keras version. */
  private static Setting entry(RowCall call, String key, String absent) {
    Config config = call.config();
    String old = key.equals(GATE) ? "inner_activation" : key;
    return config.has(key) || config.has(old) ? config.get(key, old) : config.standIn(key, absent);
  }

  private static String gate(RowCall call) {
    boolean hard = call.dialect().has(Quirk.GATES_ARE_HARD_SIGMOIDS);
    return call.row().absent(GATE).orElse(hard ? "hard_sigmoid" : "sigmoid");
  }

  private static int units(Config config) {
    return config.get("units", "output_dim").integer();
  }

  private static boolean hasBias(Config config) {
    return config.get("use_bias", "bias").bool(true);
  }

  /** The shape of the stored bias decides where the key is absent. */
  private static Cell gru(RowCall call) {
    boolean stored =
        hasBias(call.config())
            && call.weights() != null
            && call.weights().get("bias").shape().rank() == 2;
    boolean absent =
        stored
            || call.dialect().has(Quirk.GRU_RESETS_AFTER)
            || call.row().absent(RESET_AFTER).isPresent();
    return call.config().get(RESET_AFTER).bool(absent) ? Cell.GRU_RESET_AFTER : Cell.GRU;
  }

  private static Value kernel(RowCall call, Cell cell, Value x) {
    return call.weight("kernel", call.dim(x, -1), (long) units(call.config()) * cell.gates());
  }

  private static Value recurrent(RowCall call, Cell cell) {
    int units = units(call.config());
    return call.weight("recurrent_kernel", units, (long) units * cell.gates());
  }

  private static Value bias(RowCall call, Cell cell, int units) {
    return cell == Cell.GRU_RESET_AFTER
        ? call.weight("bias", 2, (long) units * cell.gates())
        : call.weight("bias", (long) units * cell.gates());
  }

  /** How the layer's config and version run over time. */
  static Recurrence recurrence(RowCall call, Given given) {
    Config config = call.config();
    boolean masked = given.mask() != null;
    boolean zero = masked && config.get("zero_output_for_mask").bool(false);
    boolean state =
        masked
            && call.dialect().has(Quirk.REPEATS_MASKED_STATES)
            && !config.get("unroll").bool(false);
    return new Recurrence(
        config.get("go_backwards").bool(false),
        config.get("return_sequences").bool(false),
        zero && !zeroesUnreversed(call),
        state);
  }

  /** Unrolled backwards, Keras zeroes the processed sequence by the mask in its original order. */
  private static boolean zeroesUnreversed(RowCall call) {
    Config config = call.config();
    return config.get("unroll").bool(false)
        && config.get("go_backwards").bool(false)
        && config.get("return_sequences").bool(false)
        && config.get("zero_output_for_mask").bool(false);
  }

  /** The outputs of a recurrence as the layer gives them. */
  static List<Masked> outputs(RowCall call, Given given, List<Value> computed) {
    Config config = call.config();
    boolean sequence = config.get("return_sequences").bool(false);
    boolean timeMajor = config.get("time_major").bool(false);
    Value y = computed.get(0);
    if (given.mask() != null && zeroesUnreversed(call)) {
      y = Ops.where(Ops.expandDims(given.mask(), -1), y, 0.0);
    }
    if (sequence && timeMajor) {
      y = Ops.swapaxes(y, 0, 1);
    }
    if (!given.kept().isEmpty()) {
      call.site().keep(call, given.kept(), computed.subList(1, computed.size()));
    }
    List<Masked> outputs = new ArrayList<>();
    outputs.add(new Masked(y, sequence ? call.passedMask() : null));
    if (config.get("return_state").bool(false)) {
      computed.subList(1, computed.size()).forEach(state -> outputs.add(Masked.unmasked(state)));
    }
    return outputs;
  }

  /**
   * One step of a recurrence: gets the step's input and the states, gives the output and the new
   * states.
   */
  interface Step {
    List<Value> apply(RowCall body, List<Value> inputs);
  }

  /** The call seen from inside a body graph. */
  interface Inside {
    RowCall in(GraphBuilder body);
  }

  /** Runs any step over time. */
  static List<Masked> scan(
      RowCall call, Given given, List<Shape> stateShapes, Inside inside, Step step) {
    Value x = given.x();
    List<Value> states = given.states().isEmpty() ? zeros(x, stateShapes) : given.states();
    if (ElementMask.is(given.mask())) {
      return scanOfElements(call, given.with(x, states), inside, step);
    }
    GraphBuilder body = new GraphBuilder();
    body.path(call.layer().path());
    List<Value> stepInputs = new ArrayList<>();
    stepInputs.add(body.input("x", new TensorType(x.dtype(), x.shape().without(1))));
    for (Value state : states) {
      stepInputs.add(body.input("state" + stepInputs.size(), state.type()));
    }
    Map<String, Value> results = new LinkedHashMap<>();
    for (Value result : step.apply(inside.in(body), stepInputs)) {
      results.put(results.isEmpty() ? "y" : "state" + results.size(), result);
    }
    Op.Scan scan =
        new Op.Scan(
            body.build(results), states.size(), given.mask() != null, recurrence(call, given));
    List<Value> inputs = new ArrayList<>(List.of(x));
    inputs.addAll(states);
    if (given.mask() != null) {
      inputs.add(given.mask());
    }
    return outputs(call, given, call.builder().apply(scan, inputs));
  }

  /** The same under a mask of elements, with the output of the step before as one more state. */
  private static List<Masked> scanOfElements(RowCall call, Given given, Inside inside, Step step) {
    if (call.config().get("unroll").bool(false)) {
      throw call.gap("a mask of elements in an unrolled layer is not supported, in Keras neither");
    }
    boolean zero = call.config().get("zero_output_for_mask").bool(false);
    ElementMask mask = ElementMask.of(given.x(), given.mask());
    GraphBuilder body = new GraphBuilder();
    body.path(call.layer().path());
    TensorType sequence = mask.x().type();
    Value x = body.input("x", new TensorType(sequence.dtype(), sequence.shape().without(1)));
    List<Value> states = new ArrayList<>();
    for (Value state : given.states()) {
      states.add(body.input("state" + (states.size() + 1), state.type()));
    }
    List<Value> parts = mask.parts(x);
    List<Value> inputs = new ArrayList<>(states);
    inputs.add(0, parts.get(0));
    List<Value> outcome = step.apply(inside.in(body), inputs);
    Value y = outcome.get(0);
    Value before = body.input("before", y.type());
    states.add(0, zero ? Ops.zerosLike(before) : before);
    Map<String, Value> results = new LinkedHashMap<>();
    for (Value result : ElementMask.kept(parts.get(1), outcome, states)) {
      results.put(results.isEmpty() ? "y" : "state" + results.size(), result);
    }
    results.put("before", results.get("y"));
    Value first = given.states().get(0);
    boolean alike = y.type().equals(first.type());
    List<Value> operands = new ArrayList<>(given.states());
    operands.add(0, mask.x());
    operands.add(alike ? Ops.zerosLike(first) : zeros(given.x(), List.of(y.shape())).get(0));
    Given whole = new Given(given.x(), given.states(), given.kept(), null);
    Op.Scan scan = new Op.Scan(body.build(results), states.size(), false, recurrence(call, whole));
    List<Value> computed = call.builder().apply(scan, operands);
    return outputs(call, whole, computed.subList(0, computed.size() - 1));
  }

  private static Given keeping(RowCall call, Given given, List<Shape> stateShapes) {
    return given.keeping(call, () -> zeros(given.x(), stateShapes));
  }

  /** States of zeros with a row for each sample of x. */
  private static List<Value> zeros(Value x, List<Shape> shapes) {
    List<Value> zeros = new ArrayList<>();
    for (Shape shape : shapes) {
      List<Dim> dims = new ArrayList<>(Dim.of(shape.toArray()));
      dims.set(0, new Dim.Same(0, 0));
      zeros.add(Ops.full(x.dtype(), 0, dims, x));
    }
    return zeros;
  }

  private static List<Shape> stateShapes(RowCall call, Cell cell) {
    Shape state = Shape.of(Shape.UNKNOWN, units(call.config()));
    return cell.states() == 2 ? List.of(state, state) : List.of(state);
  }

  // A cell as a layer of its own: inputs x and states, outputs y and new states.

  private static List<Masked> cell(RowCall call, Cell cell) {
    List<Value> given = new ArrayList<>(call.xs());
    call.inputs("states").forEach(state -> given.add(call.autocast(state.value())));
    if (given.size() != 1 + cell.states()) {
      throw new InputException(
          "its call gives " + given.size() + " tensors, it takes " + (1 + cell.states()));
    }
    return step(call, cell, given).stream().map(Masked::unmasked).toList();
  }

  private static List<Value> step(RowCall call, Cell cell, List<Value> inputs) {
    Value x = inputs.get(0);
    Value h = inputs.get(1);
    Value wx = Ops.matmul(x, kernel(call, cell, x));
    Value u = recurrent(call, cell);
    Value bias = hasBias(call.config()) ? bias(call, cell, units(call.config())) : null;
    switch (cell) {
      case LSTM:
        return lstm(call, addBias(Ops.add(wx, Ops.matmul(h, u)), bias), inputs.get(2));
      case GRU:
        return gru(call, addBias(wx, bias), h, u);
      case GRU_RESET_AFTER:
        return gruResetAfter(call, wx, Ops.matmul(h, u), bias, h);
      default:
        Value y = activate(call, Ops.add(addBias(wx, bias), Ops.matmul(h, u)));
        return List.of(y, y);
    }
  }

  private static Value addBias(Value x, Value bias) {
    return bias == null ? x : Ops.add(x, bias);
  }

  private static Value activate(RowCall call, Value x) {
    return call.activation(entry(call, "activation", "tanh")).apply(x);
  }

  private static Value gate(RowCall call, Value x) {
    return call.activation(entry(call, GATE, gate(call))).apply(x);
  }

  /** The states after a step of gates i, f, c, o on the last axis. */
  static List<Value> lstm(RowCall call, Value z, Value c) {
    List<Value> gates = Ops.split(z, 4, -1);
    Value kept = Ops.multiply(gate(call, gates.get(1)), c);
    Value added = Ops.multiply(gate(call, gates.get(0)), activate(call, gates.get(2)));
    Value cell = Ops.add(kept, added);
    Value y = Ops.multiply(gate(call, gates.get(3)), activate(call, cell));
    return List.of(y, y, cell);
  }

  private static List<Value> gru(RowCall call, Value wx, Value h, Value u) {
    List<Value> x = Ops.split(wx, 3, -1);
    List<Value> recurrent = Ops.split(u, 3, -1);
    Value z = gate(call, Ops.add(x.get(0), Ops.matmul(h, recurrent.get(0))));
    Value r = gate(call, Ops.add(x.get(1), Ops.matmul(h, recurrent.get(1))));
    Value candidate =
        activate(call, Ops.add(x.get(2), Ops.matmul(Ops.multiply(r, h), recurrent.get(2))));
    return mix(z, h, candidate);
  }

  private static List<Value> gruResetAfter(RowCall call, Value wx, Value uh, Value bias, Value h) {
    List<Value> biases = bias == null ? List.of() : Ops.split(bias, 2, 0);
    List<Value> x =
        Ops.split(bias == null ? wx : Ops.add(wx, Ops.squeeze(biases.get(0), 0)), 3, -1);
    List<Value> inner =
        Ops.split(bias == null ? uh : Ops.add(uh, Ops.squeeze(biases.get(1), 0)), 3, -1);
    Value z = gate(call, Ops.add(x.get(0), inner.get(0)));
    Value r = gate(call, Ops.add(x.get(1), inner.get(1)));
    return mix(z, h, activate(call, Ops.add(x.get(2), Ops.multiply(r, inner.get(2)))));
  }

  private static List<Value> mix(Value z, Value h, Value candidate) {
    Value y = Ops.add(Ops.multiply(z, h), Ops.multiply(Ops.subtract(1, z), candidate));
    return List.of(y, y);
  }

  // RNN over a cell.

  private static LayerSpec cellOf(LayerSpec layer) {
    return layer.inner(layer.config().get("cell").json(), "cell");
  }

  private static Map<String, LayerSpec> cellsOf(LayerSpec stack) {
    Map<String, LayerSpec> cells = new LinkedHashMap<>();
    stack
        .config()
        .get("cells")
        .list()
        .forEach(
            cell ->
                cells.put(
                    "cells[" + cells.size() + "]",
                    stack.inner(cell.json(), "cells[" + cells.size() + "]")));
    return cells;
  }

  private static List<Masked> rnn(RowCall call) {
    LayerSpec cell = cellOf(call.layer());
    call.config().get("cell");
    List<Shape> shapes =
        stateShapes(call, cell).stream().map(state -> state.insert(0, Shape.UNKNOWN)).toList();
    Given given = keeping(call, Given.of(call, shapes.size()), shapes);
    return scan(
        call,
        given,
        shapes,
        call::in,
        (body, inputs) -> step(body, cell, "cell", inputs.stream().map(Masked::unmasked).toList()));
  }

  /**
   * One step of a cell inside.
   *
   * @param inputs the step's input and the states
   * @return the output and the new states
   */
  private static List<Value> step(
      RowCall call, LayerSpec cell, String attribute, List<Masked> inputs) {
    List<Value> outputs = call.inner(cell, attribute, inputs).stream().map(Masked::value).toList();
    List<TensorType> before = inputs.stream().map(input -> input.value().type()).toList();
    List<TensorType> after = outputs.stream().map(Value::type).toList();
    boolean same = after.size() == before.size();
    for (int i = 1; same && i < after.size(); i++) {
      same = before.get(i).dtype() == after.get(i).dtype();
      same &= before.get(i).shape().accepts(after.get(i).shape());
    }
    if (!same) {
      throw call.gap(
          "a step of cell '%s' gives %s; an output is wanted and states of %s"
              .formatted(cell.className(), after, before.subList(1, before.size())));
    }
    return outputs;
  }

  /** The shapes of a cell's states without the batch. */
  private static List<Shape> stateShapes(RowCall call, LayerSpec cell) {
    LayerRow row = call.site().table().find(cell).orElseThrow(GapException::told);
    List<Shape> shapes = row.states(call, cell);
    if (shapes.isEmpty()) {
      String way = row.isCustom() ? "; CustomLayer.states makes it one" : "";
      throw call.gap("'%s' is no recurrent cell%s".formatted(cell.className(), way));
    }
    return shapes;
  }

  /** A number of states of one vector of units each. */
  private static BiFunction<RowCall, LayerSpec, List<Shape>> states(int count) {
    return (call, cell) -> Collections.nCopies(count, Shape.of(units(cell.config())));
  }

  private static List<Shape> statesOfAll(RowCall call, LayerSpec stack) {
    List<Shape> shapes = new ArrayList<>();
    order(call, stack).forEach(inner -> shapes.addAll(stateShapes(call, inner)));
    return shapes;
  }

  /**
   * The cells in the order of their states: up to Keras 2.2.2, and on request, the top one first.
   */
  private static List<LayerSpec> order(RowCall call, LayerSpec stack) {
    List<LayerSpec> cells = new ArrayList<>(cellsOf(stack).values());
    if (topFirst(call, stack)) {
      Collections.reverse(cells);
    }
    return cells;
  }

  private static boolean topFirst(RowCall call, LayerSpec stack) {
    boolean old = call.dialect().has(Quirk.STACKS_STATES_TOP_FIRST);
    return stack.config().get("reverse_state_order").bool(old);
  }

  private static List<Masked> stacked(RowCall call) {
    call.config().get("cells");
    Map<String, LayerSpec> cells = cellsOf(call.layer());
    boolean topFirst = topFirst(call, call.layer());
    List<Masked> states = call.states();
    call.input(statesOfAll(call, call.layer()).size());
    int from = topFirst ? states.size() : 0;
    Masked y = call.input(0);
    List<Masked> results = new ArrayList<>();
    for (Map.Entry<String, LayerSpec> cell : cells.entrySet()) {
      int count = stateShapes(call, cell.getValue()).size();
      from -= topFirst ? count : 0;
      List<Masked> given = new ArrayList<>(List.of(y));
      given.addAll(states.subList(from, from + count));
      List<Masked> outputs =
          step(call, cell.getValue(), cell.getKey(), given).stream().map(Masked::unmasked).toList();
      y = outputs.get(0);
      results.addAll(topFirst ? 0 : results.size(), outputs.subList(1, outputs.size()));
      from += topFirst ? 0 : count;
    }
    results.add(0, y);
    return results;
  }
}
