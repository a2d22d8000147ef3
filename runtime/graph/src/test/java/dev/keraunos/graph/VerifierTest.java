package dev.keraunos.graph;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VerifierTest {
  private static final TensorType X = type(DType.FLOAT32, 2, 3, 5);
  private static final TensorType FLAGS = type(DType.BOOL, 2, 3, 5);
  private static final TensorType WHOLE = type(DType.INT32, 2, 3, 5);
  private static final TensorType KERNEL = type(DType.FLOAT32, 2, 5, 7);
  private static final Op.Recurrence FORWARD = new Op.Recurrence(false, true, false, false);
  private static final List<Integer> ONE = List.of(1);

  private final GraphBuilder builder = new GraphBuilder();
  private final List<Node> nodes = new ArrayList<>();

  private static TensorType type(DType dtype, long... dims) {
    return new TensorType(dtype, Shape.of(dims));
  }

  private Node node(Op op, List<Value> inputs, List<TensorType> types) {
    Node node = new Node(builder, nodes.size(), "model/layer", op, inputs, types);
    nodes.add(node);
    return node;
  }

  private Value input(String name, TensorType type) {
    return node(new Op.Input(name, type), List.of(), List.of(type)).output();
  }

  private static void assertIllegal(String rule, Graph graph) {
    IllegalStateException e = assertThrows(IllegalStateException.class, graph::verify);
    assertTrue(e.getMessage().contains(rule), e.getMessage());
    assertTrue(e.getMessage().contains("model/layer"), e.getMessage());
  }

  @Test
  void acceptsWhatTheBuilderBuilds() {
    Value x = builder.input("x", type(DType.FLOAT32, Shape.UNKNOWN, 5));
    Value y = Ops.softmax(Ops.add(x, builder.constant(Tensor.of(new float[5]))));
    Graph graph = builder.build(Map.of("y", y, "x", x));
    assertDoesNotThrow(graph::verify);
  }

  @Test
  void valuesAreProducedBeforeTheyAreUsed() {
    Value x = input("x", X);
    Node first =
        node(new Op.Cast(DType.FLOAT64), List.of(x), List.of(type(DType.FLOAT64, 2, 3, 5)));
    Node second = node(new Op.Cast(DType.FLOAT32), List.of(first.output()), List.of(X));
    List<Node> without = List.of(nodes.get(0), second);
    assertIllegal(
        "used before it is produced", new Graph(without, List.of(x), Map.of("y", second.output())));
    List<Node> swapped = List.of(nodes.get(0), second, first);
    assertIllegal(
        "used before it is produced", new Graph(swapped, List.of(x), Map.of("y", second.output())));
  }

  @Test
  void nodesAreInOrder() {
    Value a = input("a", X);
    Value b = input("b", X);
    List<Node> swapped = List.of(b.producer(), a.producer());
    assertIllegal("it comes after node 1", new Graph(swapped, List.of(a, b), Map.of()));
  }

  @Test
  void namesOfInputsAreUnique() {
    Value a = input("x", X);
    Value b = input("x", X);
    assertIllegal("input 'x' is there twice", new Graph(nodes, List.of(a, b), Map.of()));
  }

  @Test
  void inputsHaveNames() {
    Value x = input("", X);
    assertIllegal("an input has no name", new Graph(nodes, List.of(x), Map.of()));
  }

  @Test
  void inputsAreDeclared() {
    input("x", X);
    assertIllegal("an input is not declared", new Graph(nodes, List.of(), Map.of()));
  }

  @Test
  void declaredInputsAreNodes() {
    Value x = input("x", X);
    assertIllegal("not among its nodes", new Graph(List.of(), List.of(x), Map.of()));
  }

  @Test
  void outputsAreNodes() {
    Value x = input("x", X);
    Node cast = node(new Op.Cast(DType.FLOAT32), List.of(x), List.of(X));
    List<Node> without = List.of(x.producer());
    assertIllegal(
        "output 'y' is not among the nodes",
        new Graph(without, List.of(x), Map.of("y", cast.output())));
  }

  @Test
  void typesAreThoseInferred() {
    Value x = input("x", X);
    Node cast = node(new Op.Cast(DType.FLOAT64), List.of(x), List.of(X));
    assertIllegal("it gives float64", new Graph(nodes, List.of(x), Map.of("y", cast.output())));
  }

  @Test
  void outputsAreComplete() {
    Value x = input("x", X);
    Node top = node(new Op.TopK(1), List.of(x), List.of(type(DType.FLOAT32, 2, 3, 1)));
    assertIllegal(
        "it has 1 outputs instead of 2", new Graph(nodes, List.of(x), Map.of("y", top.output())));
  }

  static Stream<Arguments> illegal() {
    return Stream.concat(illegalElements().stream(), illegalWindows().stream());
  }

  private static List<Arguments> illegalElements() {
    return List.of(
        Arguments.of("2 inputs; allowed: 1", new Op.Cast(DType.INT8), List.of(X, X)),
        Arguments.of("0 inputs; allowed: 1 or more", new Op.Concat(0), List.of()),
        Arguments.of("allowed: all of one type", new Op.Binary(BinaryKind.ADD), List.of(X, WHOLE)),
        Arguments.of("do not broadcast", new Op.Binary(BinaryKind.ADD), List.of(X, KERNEL)),
        Arguments.of("allowed: bool", new Op.Unary(UnaryKind.LOGICAL_NOT, 0, 0), List.of(X)),
        Arguments.of("allowed: bool", new Op.Binary(BinaryKind.LOGICAL_OR), List.of(X, X)),
        Arguments.of("floating", new Op.Binary(BinaryKind.ARCTAN2), List.of(WHOLE, WHOLE)),
        Arguments.of("limits", new Op.Unary(UnaryKind.CLIP, 1, 0), List.of(X)),
        Arguments.of("a condition of", new Op.Select(), List.of(X, X, X)),
        Arguments.of("dimension -3", fill(new Dim.Fixed(-3)), List.of()),
        Arguments.of("to infer", fill(new Dim.Inferred()), List.of()),
        Arguments.of("of input 1", fill(new Dim.Same(1, 0)), List.of(X)),
        Arguments.of("axis 3", fill(new Dim.Same(0, 3)), List.of(X)),
        Arguments.of("axis 1", new Op.Iota(DType.INT32, Dim.of(4), 1), List.of()),
        Arguments.of("2 dimensions to infer", new Op.Reshape(Dim.of(-1, -1)), List.of(X)),
        Arguments.of("cannot take shape", new Op.Reshape(Dim.of(7)), List.of(X)),
        Arguments.of("allowed: ascending", sum(1, 0), List.of(X)),
        Arguments.of("allowed: ascending", sum(1, 1), List.of(X)),
        Arguments.of("axis 3", sum(3), List.of(X)),
        Arguments.of("allowed: bool", new Op.Reduce(ReduceKind.ANY, ONE, false), List.of(X)),
        Arguments.of(
            "an index of float32",
            new Op.ArgReduce(true, 0, false, DType.FLOAT32, false),
            List.of(X)),
        Arguments.of("running MEAN; allowed: ", new Op.Cumulative(ReduceKind.MEAN, 0), List.of(X)),
        Arguments.of("axis 3", new Op.Sort(3, false), List.of(X)),
        Arguments.of("k [0]; allowed: 1 or more", new Op.TopK(0), List.of(X)),
        Arguments.of("allowed: ascending", new Op.Transpose(List.of(0, 1, 1)), List.of(X)),
        Arguments.of("(2, 3, 5)", new Op.BroadcastTo(Dim.of(3, 5)), List.of(X)),
        Arguments.of("slices", new Op.Slice(List.of(Range.ALL)), List.of(X)),
        Arguments.of("cannot join", new Op.Concat(0), List.of(X, KERNEL)),
        Arguments.of("axis 4", new Op.Concat(4), List.of(X)),
        Arguments.of("padding", pad(List.of(-1L, 0L, 0L)), List.of(X)),
        Arguments.of("times", new Op.Repeat(0, -1), List.of(X)),
        Arguments.of("axis 3", new Op.Gather(3), List.of(X, WHOLE)),
        Arguments.of("indices", new Op.GatherAlong(0), List.of(X, X)),
        Arguments.of("indices", new Op.OneHot(3, DType.FLOAT32), List.of(X)),
        Arguments.of("depth", new Op.OneHot(0, DType.FLOAT32), List.of(WHOLE)));
  }

  private static List<Arguments> illegalWindows() {
    Graph twice = body(x -> Ops.multiply(x, 2));
    return List.of(
        Arguments.of("product of", new Op.MatMul(false, false), List.of(X, X)),
        Arguments.of("allowed: all of one type", new Op.MatMul(true, false), List.of(X, WHOLE)),
        Arguments.of("strides [0]", conv(List.of(0), ONE, Padding.VALID, 1), List.of(X, KERNEL)),
        Arguments.of("dilations [0]", conv(ONE, List.of(0), Padding.VALID, 1), List.of(X, KERNEL)),
        Arguments.of("spatial", conv(List.of(1, 1), ONE, Padding.VALID, 1), List.of(X, KERNEL)),
        Arguments.of("groups", conv(ONE, ONE, Padding.VALID, 5), List.of(X, KERNEL)),
        Arguments.of(
            "padding", conv(ONE, ONE, Padding.explicit(ONE, List.of()), 1), List.of(X, KERNEL)),
        Arguments.of("padding CAUSAL", transposed(Padding.CAUSAL, List.of(), List.of()), swapped()),
        Arguments.of("output", transposed(Padding.SAME, List.of(-1), List.of()), swapped()),
        Arguments.of(
            "output size and output padding",
            transposed(Padding.SAME, ONE, List.of(4L)),
            swapped()),
        Arguments.of("window", new Op.Pool(true, List.of(0), ONE, Padding.VALID), List.of(X)),
        Arguments.of("output size", new Op.AdaptivePool(true, List.of(2, 2)), List.of(X)),
        Arguments.of(
            "resizing", new Op.Resize(Interpolation.AREA, false, List.of(4, 4), false), List.of(X)),
        Arguments.of("floating", new Op.Softmax(ONE, false), List.of(WHOLE)),
        Arguments.of("epsilon", new Op.Standardize(ONE, -1), List.of(X)),
        Arguments.of("inputs", rnn(FORWARD, true), List.of(X, matrix(5, 7), matrix(7, 7))),
        Arguments.of("kernel", rnn(FORWARD, false), List.of(X, matrix(5, 7), matrix(7, 8))),
        Arguments.of("mask", rnn(FORWARD, true), List.of(X, matrix(5, 7), matrix(7, 7), FLAGS)),
        Arguments.of(
            "of zero and of the state",
            rnn(new Op.Recurrence(false, true, true, true), false),
            List.of(X, matrix(5, 7), matrix(7, 7))),
        Arguments.of(
            "allowed: 2, the output and the states",
            new Op.Scan(twice, 1, false, FORWARD),
            List.of(X)),
        Arguments.of("2 inputs; allowed: 1", new Op.Scan(twice, 0, false, FORWARD), List.of(X, X)));
  }

  private static TensorType matrix(long rows, long columns) {
    return type(DType.FLOAT32, rows, columns);
  }

  private static List<TensorType> swapped() {
    return List.of(X, type(DType.FLOAT32, 2, 7, 5));
  }

  private static Op fill(Dim dim) {
    return new Op.Fill(DType.FLOAT32, 1, List.of(dim));
  }

  private static Op sum(Integer... axes) {
    return new Op.Reduce(ReduceKind.SUM, List.of(axes), false);
  }

  private static Op pad(List<Long> before) {
    return new Op.Pad(Op.Pad.Mode.CONSTANT, 0, before, List.of(0L, 0L, 0L));
  }

  private static Op conv(
      List<Integer> strides, List<Integer> dilations, Padding padding, int groups) {
    return new Op.Conv(strides, dilations, padding, groups);
  }

  private static Op transposed(Padding padding, List<Integer> outputPadding, List<Long> size) {
    return new Op.ConvTranspose(ONE, ONE, padding, outputPadding, size);
  }

  private static Op rnn(Op.Recurrence recurrence, boolean mask) {
    Op.Unary tanh = new Op.Unary(UnaryKind.TANH, 0, 0);
    return new Op.Rnn(Op.Rnn.Cell.SIMPLE_RNN, tanh, tanh, false, false, mask, recurrence);
  }

  private static Graph body(UnaryOperator<Value> step) {
    GraphBuilder builder = new GraphBuilder();
    Value x = builder.input("x", matrix(2, 5));
    return builder.build(Map.of("y", step.apply(x)));
  }

  @ParameterizedTest
  @MethodSource
  void illegal(String rule, Op op, List<TensorType> in) {
    List<Value> inputs = new ArrayList<>();
    in.forEach(type -> inputs.add(input("in" + inputs.size(), type)));
    Node node = node(op, inputs, List.of(X));
    assertIllegal(rule, new Graph(nodes, inputs, Map.of("y", node.output())));
  }

  @Test
  void bodiesAreVerified() {
    GraphBuilder inner = new GraphBuilder();
    TensorType step = matrix(2, 5);
    Node x = new Node(inner, 0, "body", new Op.Input("x", step), List.of(), List.of(step));
    Node bad =
        new Node(inner, 1, "body", new Op.Cast(DType.INT8), List.of(x.output()), List.of(step));
    Graph body = new Graph(List.of(x, bad), List.of(x.output()), Map.of("y", bad.output()));
    Value sequence = input("x", X);
    Node scan = node(new Op.Scan(body, 0, false, FORWARD), List.of(sequence), List.of(X));
    Graph graph = new Graph(nodes, List.of(sequence), Map.of("y", scan.output()));
    IllegalStateException e = assertThrows(IllegalStateException.class, graph::verify);
    assertTrue(e.getMessage().contains("Cast (body)"), e.getMessage());
  }

  @Test
  void statesKeepTheirTypes() {
    GraphBuilder inner = new GraphBuilder();
    Value x = inner.input("x", matrix(2, 5));
    Value h = inner.input("h", matrix(2, 5));
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("y", x);
    outputs.put("h", Ops.concatenate(List.of(h, x), 1));
    Value sequence = input("x", X);
    Value state = input("h", matrix(2, 5));
    Op scan = new Op.Scan(inner.build(outputs), 1, false, FORWARD);
    Node node = node(scan, List.of(sequence, state), List.of(X, matrix(2, 10)));
    assertIllegal(
        "a step makes",
        new Graph(nodes, List.of(sequence, state), Map.of("y", node.outputs().get(0))));
  }
}
