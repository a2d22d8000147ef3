package dev.keraunos.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.engine.onednn.internal.OneDnnEngine;
import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Op.Recurrence;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Tolerance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs whose every operation runs on oneDNN, against the same graphs on the reference engine. */
class OneDnnAgainstReferenceTest {
  private final RandomGraphs random = new RandomGraphs();

  /** Runs both engines and compares, for each batch size. */
  private void check(Value output, long[] inputDims, long... batches) {
    check(output, Tolerance.STEPS, Set.of(), inputDims, batches);
  }

  private void check(
      Value output,
      Tolerance tolerance,
      Set<Class<? extends Op>> fallbacks,
      long[] inputDims,
      long... batches) {
    Graph graph = random.build(output);
    try (Executable fast = new OneDnnEngine().compile(graph, 2);
        Executable reference = new ReferenceEngine().compile(graph, 2)) {
      for (long batch : batches) {
        long[] dims = inputDims.clone();
        dims[0] = batch;
        List<Tensor> inputs = List.of(random.tensor(dims));
        Tensor expected = reference.run(inputs).get(0);
        Tensor actual = fast.run(inputs).get(0);
        tolerance.check(expected, actual, "batch " + batch);
      }
      fast.placement()
          .forEach(
              (node, engine) -> {
                boolean expected = fallbacks.contains(node.op().getClass());
                assertEquals(expected, engine.equals(Engines.PLAIN_JAVA), node + ": " + engine);
              });
    }
  }

  private static long[] dims(long... dims) {
    return dims;
  }

  @ParameterizedTest
  @CsvSource({
    // channels, filters, size, stride, dilation, groups
    "3, 8, 3, 1, 1, 1",
    "5, 7, 3, 2, 1, 1",
    "16, 16, 1, 1, 1, 1",
    "16, 33, 1, 2, 1, 1",
    "6, 9, 3, 1, 2, 3",
    "12, 12, 3, 1, 1, 12",
    "12, 12, 5, 2, 1, 12",
    "7, 14, 3, 1, 1, 7",
    "1, 4, 4, 3, 1, 1",
    "32, 48, 3, 1, 3, 1",
  })
  void convolutions(int channels, int filters, int size, int stride, int dilation, int groups) {
    for (int spatial = 1; spatial <= 3; spatial++) {
      long[] image = {1, 19, 17, 11};
      long[] dims = Arrays.copyOf(image, spatial + 2);
      dims[spatial + 1] = channels;
      for (Padding padding : List.of(Padding.SAME, Padding.VALID)) {
        Value x = random.input(dims);
        check(random.conv(x, filters, size, stride, dilation, padding, groups), dims, 1, 3);
      }
    }
  }

  @Test
  void causalAndExplicitPadding() {
    long[] dims = dims(1, 7, 4);
    check(random.conv(random.input(dims), 6, 3, 1, 4, Padding.CAUSAL, 1), dims, 1, 2);
    long[] image = dims(1, 9, 8, 4);
    Padding uneven = Padding.explicit(List.of(3, 0), List.of(1, 2));
    check(random.conv(random.input(image), 6, 4, 1, 1, uneven, 1), image, 1, 2);
  }

  /** Large enough to be cut into tiles, whose first, inner and last ones differ. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "1, 3", "3, 2"})
  void tiledConvolutions(int stride, int dilation) {
    long[] dims = dims(1, 61, 67, 16);
    Value x = random.input(dims);
    Value y = random.conv(x, 32, 3, stride, dilation, Padding.SAME, 1);
    check(random.relu(y), dims, 1, 2, 5);
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "3, 2", "3, 1", "4, 2", "5, 3", "2, 3"})
  void transposedConvolutions(int size, int stride) {
    for (Padding padding : List.of(Padding.SAME, Padding.VALID)) {
      for (long[] dims : List.of(dims(1, 13, 6), dims(1, 9, 11, 6), dims(1, 4, 5, 3, 6))) {
        Value x = random.input(dims);
        check(random.convTranspose(x, 10, size, stride, padding), dims, 1, 3);
      }
      long[] large = dims(1, 40, 41, 24);
      Value x = random.input(large);
      check(random.relu(random.convTranspose(x, 17, size, stride, padding)), large, 1, 2);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true, 2, 2",
    "true, 3, 2",
    "true, 3, 1",
    "false, 2, 2",
    "false, 3, 2",
    "false, 4, 3"
  })
  void pools(boolean max, int size, int stride) {
    for (Padding padding : List.of(Padding.SAME, Padding.VALID)) {
      for (long[] dims : List.of(dims(1, 23, 5), dims(1, 113, 115, 17), dims(1, 9, 7, 8, 3))) {
        check(random.pool(max, random.input(dims), size, stride, padding), dims, 1, 4);
      }
    }
  }

  @Test
  void residualBlock() {
    long[] dims = dims(1, 31, 33, 24);
    Value x = random.input(dims);
    Value y = random.relu(random.conv(x, 24, 3));
    Value z = random.binary(BinaryKind.ADD, random.conv(y, 24, 3), x);
    Value scaled = random.binary(BinaryKind.MULTIPLY, random.relu(z), random.constant(24));
    check(random.binary(BinaryKind.SUBTRACT, scaled, random.constant(24)), dims, 1, 2, 7);
  }

  @Test
  void squeezeAndExcite() {
    long[] dims = dims(1, 21, 21, 16);
    Value x = random.conv(random.input(dims), 16, 3);
    Value mean = random.apply(new Op.Reduce(ReduceKind.MEAN, List.of(1, 2), true), x);
    Value gate = random.unary(UnaryKind.SIGMOID, 0, random.conv(mean, 16, 1));
    check(random.binary(BinaryKind.MULTIPLY, x, gate), dims, 1, 3);
  }

  @Test
  void unet() {
    long[] dims = dims(1, 48, 40, 3);
    check(random.unet(random.input(dims), 8), dims, 1, 2, 3, 16);
  }

  @Test
  void denseLayers() {
    long[] dims = dims(1, 37);
    Value x = random.unary(UnaryKind.TANH, 0, random.dense(random.input(dims), 120));
    Value y = random.apply(new Op.Softmax(List.of(1), false), random.dense(x, 11));
    check(y, dims, 1, 5, 256);
    long[] sequence = dims(1, 12, 20);
    check(random.relu(random.dense(random.input(sequence), 31)), sequence, 1, 3);
  }

  /** One number added to every result is no bias. */
  @Test
  void numberAddedToProducts() {
    long[] dims = dims(1, 9, 8, 6);
    Value x = random.input(dims);
    Value weights = random.weights(6, 6, 70);
    Value product = random.apply(new Op.MatMul(false, false), x, weights);
    check(random.binary(BinaryKind.ADD, product, random.constant()), dims, 1, 3);
    x = random.input(dims);
    Op.Conv conv = new Op.Conv(List.of(1, 1), List.of(1, 1), Padding.SAME, 1);
    Value image = random.apply(conv, x, random.weights(54, 3, 3, 6, 7));
    check(random.binary(BinaryKind.ADD, image, random.constant(1)), dims, 1, 3);
  }

  /** Dense layers with many weights and little data run a batch in large parts. */
  @Test
  void manyWeights() {
    long[] dims = dims(1, 300);
    check(random.dense(random.relu(random.dense(random.input(dims), 700)), 300), dims, 1, 64, 65);
  }

  /** Weights that no cache holds, cut into blocks of columns and of rows, and what follows them. */
  @ParameterizedTest
  @CsvSource({"1201, 1003", "4099, 300", "300, 4099"})
  void weightsBeyondTheCache(int in, int out) {
    Tolerance products = Tolerance.STEPS.over(in);
    long[] dims = dims(1, in);
    Value x = random.input(dims);
    Value y = random.relu(random.dense(x, out));
    Value gated = random.binary(BinaryKind.MULTIPLY, y, random.constant(out));
    check(gated, products, Set.of(), dims, 1, 2, 65, 130);
    Value other = random.unary(UnaryKind.TANH, 0, random.dense(x, out));
    Value difference = random.binary(BinaryKind.SUBTRACT, random.dense(x, out), other);
    check(difference, products, Set.of(), dims, 1, 3, 64);
    Value bare = random.apply(new Op.MatMul(false, true), x, random.weights(in, out, in));
    check(bare, products, Set.of(), dims, 1, 5, 129);
    long[] sequence = dims(1, 7, in);
    Value steps = random.relu(random.dense(random.input(sequence), out));
    check(steps, products, Set.of(), sequence, 1, 10);
  }

  @Test
  void attention() {
    long[] dims = dims(1, 10, 24);
    Value x = random.input(dims);
    Value query = random.dense(x, 24);
    Value scores = random.apply(new Op.MatMul(false, true), query, random.dense(x, 24));
    Value weights = random.apply(new Op.Softmax(List.of(2), false), scores);
    Value y = random.apply(new Op.MatMul(false, false), weights, random.dense(x, 24));
    check(random.apply(new Op.Standardize(List.of(2), 1e-3), y), dims, 1, 4);
  }

  @ParameterizedTest
  @EnumSource(
      value = UnaryKind.class,
      names = {
        "NEGATIVE",
        "ABSOLUTE",
        "SQUARE",
        "TANH",
        "SIGMOID",
        "ROUND",
        "SILU",
        "ELU",
        "RELU",
        "EXP",
        "HARD_SILU",
        "GELU",
        "GELU_TANH",
        "MISH",
        "CLIP",
        "HARD_SIGMOID"
      })
  void functions(UnaryKind kind) {
    long[] dims = dims(1, 65, 3);
    Value x = random.input(dims);
    check(random.unary(kind, 0.2, x), dims, 1, 1000);
    Value fused = random.unary(kind, 0.2, random.dense(random.input(dims), 17));
    check(fused, dims, 1, 3);
  }

  @ParameterizedTest
  @EnumSource(
      value = BinaryKind.class,
      names = {"ADD", "SUBTRACT", "MULTIPLY", "DIVIDE", "MAXIMUM", "MINIMUM"})
  void broadcasts(BinaryKind kind) {
    long[] dims = dims(1, 6, 5, 7);
    for (long[] other : List.of(dims(), dims(7), dims(5, 7), dims(1, 6, 5, 7))) {
      check(random.binary(kind, random.input(dims), random.constant(other)), dims, 1, 3);
    }
    Value chain = random.binary(kind, random.input(dims), random.constant(7));
    check(random.unary(UnaryKind.TANH, 0, random.relu(chain)), dims, 1, 3);
  }

  @Test
  void movements() {
    long[] dims = dims(1, 6, 5, 7);
    check(random.apply(new Op.Transpose(List.of(0, 3, 1, 2)), random.input(dims)), dims, 1, 3);
    Value x = random.input(dims);
    check(random.apply(new Op.Concat(2), x, random.relu(x), x), dims, 1, 3);
    Value y = random.input(dims);
    check(random.apply(new Op.Concat(1), y, random.relu(y)), dims, 1, 3);
  }

  /** Vectors beside rows, in the operation itself and in those that follow it. */
  @ParameterizedTest
  @ValueSource(ints = {2, 16, 19, 67})
  void vectorsBesideRows(int channels) {
    long[] dims = dims(1, 5, 7, channels);
    Value x = random.input(dims);
    Value vector = random.constant(channels);
    Value gate = Ops.reduce(ReduceKind.MEAN, x, true, 1, 2);
    check(Ops.multiply(x, vector), dims, 1, 4);
    check(Ops.relu(Ops.add(Ops.subtract(x, vector), random.constant(channels))), dims, 1, 4);
    check(Ops.multiply(gate, x), dims, 1, 3);
    check(Ops.divide(Ops.add(x, x), vector), dims, 1, 40);
    Value column = Ops.reduce(ReduceKind.MEAN, x, true, 3);
    check(Ops.multiply(Ops.subtract(x, column), vector), dims, 1, 4);
  }

  /** As scales of rows meet those of columns. */
  @Test
  void columnsTimesRows() {
    long[] dims = dims(1, 9, 1);
    Value x = random.input(dims);
    check(Ops.multiply(x, random.constant(11)), dims, 1, 4, 40);
    check(Ops.multiply(random.constant(11), x), dims, 1, 4);
    check(Ops.multiply(Ops.reshape(x, -1, 9, 1, 1), random.constant(3, 5)), dims, 1, 4);
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 2, 0", "1, 1, 1, 1", "3, 0, 0, 2", "0, 0, 0, 0"})
  void padding(long top, long bottom, long left, long right) {
    long[] dims = dims(1, 9, 10, 3);
    for (double value : new double[] {0, -1.5}) {
      List<Long> before = List.of(0L, top, left, 0L);
      List<Long> after = List.of(0L, bottom, right, 0L);
      Op pad = new Op.Pad(Op.Pad.Mode.CONSTANT, value, before, after);
      check(random.apply(pad, random.input(dims)), dims, 1, 3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NEAREST", "BILINEAR"})
  void upsampling(Interpolation interpolation) {
    long[] dims = dims(1, 6, 5, 7);
    Op resize = new Op.Resize(interpolation, true, List.of(2, 3), false);
    check(random.apply(resize, random.input(dims)), dims, 1, 3);
  }

  @ParameterizedTest
  @EnumSource(Op.Rnn.Cell.class)
  void recurrences(Op.Rnn.Cell cell) {
    int units = 19;
    long gates = (long) cell.gates() * units;
    long[] dims = dims(1, 13, 11);
    long[] bias = cell == Op.Rnn.Cell.GRU_RESET_AFTER ? new long[] {2, gates} : new long[] {gates};
    for (boolean reverse : new boolean[] {false, true}) {
      for (boolean sequence : new boolean[] {false, true}) {
        Op rnn =
            new Op.Rnn(
                cell,
                new Op.Unary(UnaryKind.TANH, 0, 0),
                new Op.Unary(UnaryKind.SIGMOID, 0, 0),
                true,
                false,
                false,
                new Recurrence(reverse, sequence, false, false));
        Value x = random.input(dims);
        Value kernel = random.weights(11, 11, gates);
        Value recurrent = random.weights(units, units, gates);
        check(random.apply(rnn, x, kernel, recurrent, random.constant(bias)), dims, 1, 3, 50);
      }
    }
  }

  /** Masks with holes, of which some samples have nothing else; both halves over one input. */
  @ParameterizedTest
  @EnumSource(Op.Rnn.Cell.class)
  void maskedRecurrences(Op.Rnn.Cell cell) {
    for (int settings = 0; settings < 32; settings++) {
      boolean initial = (settings & 1) != 0;
      boolean sequence = (settings & 2) != 0;
      boolean zero = (settings & 4) != 0;
      boolean state = !zero && (settings & 8) != 0;
      boolean last = (settings & 16) != 0;
      Value x = random.input(1, 6, 11);
      Value mask = Ops.greater(Ops.squeeze(Ops.sliceAxis(x, 2, Range.of(0, 1)), 2), 0.4);
      Recurrence forward = new Recurrence(false, sequence, zero, state);
      Recurrence backward = new Recurrence(true, sequence, zero, state);
      List<Value> ahead = masked(cell, x, mask, initial, forward);
      List<Value> back = masked(cell, x, mask, initial, backward);
      Value first = ahead.get(last ? ahead.size() - 1 : 0);
      Value second = back.get(last ? 1 : 0);
      check(
          Ops.concatenate(List.of(first, second), -1),
          Tolerance.STEPS,
          Set.of(Op.Binary.class),
          dims(1, 6, 11),
          1,
          3,
          50);
    }
  }

  /** One layer on the other, whose parts run side by side; the states of all are read. */
  @ParameterizedTest
  @EnumSource(Op.Rnn.Cell.class)
  void stackedRecurrences(Op.Rnn.Cell cell) {
    Recurrence forward = new Recurrence(false, true, false, false);
    for (int steps : new int[] {2, 8, 29, 70}) {
      for (boolean initial : new boolean[] {false, true}) {
        for (Recurrence top : List.of(forward, new Recurrence(true, true, false, false))) {
          Value x = random.input(1, steps, 11);
          List<Value> states = new ArrayList<>();
          Value sequence = x;
          for (Recurrence recurrence : List.of(forward, forward, top)) {
            List<Value> given = recurrent(cell, sequence, x, initial);
            Op.Rnn rnn = rnn(cell, initial, false, recurrence);
            List<Value> results = x.producer().builder().apply(rnn, given);
            states.addAll(results.subList(1, results.size()));
            sequence = results.get(0);
          }
          for (int i = 0; i < steps; i++) {
            states.add(Ops.squeeze(Ops.sliceAxis(sequence, 1, Range.of(i, i + 1)), 1));
          }
          check(Ops.concatenate(states, -1), dims(1, steps, 11), 1, 3, 40);
        }
      }
    }
  }

  /** Layers that begin with what one below them ends with must wait for it. */
  @ParameterizedTest
  @EnumSource(Op.Rnn.Cell.class)
  void stackedRecurrencesThatPassTheirStatesOn(Op.Rnn.Cell cell) {
    Op.Rnn first = rnn(cell, false, false, new Recurrence(false, true, false, false));
    Op.Rnn then = rnn(cell, true, false, new Recurrence(false, true, false, false));
    for (boolean fromFirst : new boolean[] {false, true}) {
      Value x = random.input(1, 29, 11);
      List<Value> below = x.producer().builder().apply(first, recurrent(cell, x, x, false));
      List<Value> states = below.subList(1, below.size());
      List<Value> results = new ArrayList<>(states);
      for (int layer = 0; layer < 2; layer++) {
        List<Value> given = recurrent(cell, below.get(0), x, layer == 0 && fromFirst);
        if (layer == 1 || !fromFirst) {
          states.forEach(state -> given.add(Ops.squeeze(Ops.expandDims(state, 1), 1)));
        }
        below = x.producer().builder().apply(then, given);
        results.addAll(below.subList(1, below.size()));
        states = fromFirst ? states : below.subList(1, below.size());
      }
      results.add(Ops.squeeze(Ops.sliceAxis(below.get(0), 1, Range.of(0, 1)), 1));
      check(Ops.concatenate(results, -1), dims(1, 29, 11), 1, 3, 40);
    }
  }

  private List<Value> masked(
      Op.Rnn.Cell cell, Value x, Value mask, boolean initial, Recurrence recurrence) {
    List<Value> in = recurrent(cell, x, x, initial);
    in.add(mask);
    return x.producer().builder().apply(rnn(cell, initial, true, recurrence), in);
  }

  private static Op.Rnn rnn(
      Op.Rnn.Cell cell, boolean initial, boolean mask, Recurrence recurrence) {
    Op.Unary tanh = new Op.Unary(UnaryKind.TANH, 0, 0);
    Op.Unary sigmoid = new Op.Unary(UnaryKind.SIGMOID, 0, 0);
    return new Op.Rnn(cell, tanh, sigmoid, false, initial, mask, recurrence);
  }

  /** What a recurrence of 11 units runs over; its initial states are the first steps of x. */
  private List<Value> recurrent(Op.Rnn.Cell cell, Value sequence, Value x, boolean initial) {
    int units = 11;
    long gates = (long) cell.gates() * units;
    List<Value> in = new ArrayList<>();
    in.add(sequence);
    in.addAll(List.of(random.weights(11, 11, gates), random.weights(units, units, gates)));
    for (int i = 0; initial && i < cell.states(); i++) {
      in.add(Ops.squeeze(Ops.sliceAxis(x, 1, Range.of(i, i + 1)), 1));
    }
    return in;
  }

  @Test
  void notANumberSurvives() {
    long[] dims = dims(1, 9, 8, 4);
    Value x = random.relu(random.conv(random.input(dims), 6, 3));
    Value y = random.unary(UnaryKind.HARD_SIGMOID, 0.2, random.conv(x, 5, 3));
    Graph graph = random.build(random.pool(true, y, 2, 2, Padding.VALID));
    Tensor input = random.tensor(2, 9, 8, 4);
    input.setDouble(77, Double.NaN);
    input.setDouble(400, Double.NEGATIVE_INFINITY);
    checkOutput(graph, input);
    input.setDouble(77, 0);
    input.setDouble(400, 0);
    checkOutput(graph, input);
  }

  @Test
  void notANumberArisingInsideSurvives() {
    Value x = random.input(1, 6, 6, 3);
    Value difference = random.binary(BinaryKind.SUBTRACT, x, random.relu(x));
    Value quotient = random.binary(BinaryKind.DIVIDE, difference, difference);
    Graph graph = random.build(random.relu(random.conv(quotient, 4, 1)));
    checkOutput(graph, random.tensor(2, 6, 6, 3));
  }

  private static void checkOutput(Graph graph, Tensor input) {
    try (Executable fast = new OneDnnEngine().compile(graph, 2);
        Executable reference = new ReferenceEngine().compile(graph, 2)) {
      Tensor expected = reference.run(List.of(input)).get(0);
      Tensor actual = fast.run(List.of(input)).get(0);
      Tolerance.STEPS.check(expected, actual, "onednn");
    }
  }

  @Test
  void fallsBackOnTheSameMemory() {
    long[] dims = dims(1, 6, 5, 4);
    Value x = random.conv(random.input(dims), 4, 3);
    Value y = random.unary(UnaryKind.SOFTPLUS, 0, x);
    check(random.conv(y, 3, 3), Tolerance.STEPS, Set.of(Op.Unary.class), dims, 1, 4);
  }

  @Test
  void placementIsEmptyBeforeTheFirstRun() {
    Graph graph = random.build(random.relu(random.input(1, 2)));
    try (Executable executable = new OneDnnEngine().compile(graph, 1)) {
      assertEquals(0, executable.placement().size());
      executable.run(List.of(random.tensor(3, 2)));
      assertFalse(executable.placement().isEmpty());
    }
  }
}
