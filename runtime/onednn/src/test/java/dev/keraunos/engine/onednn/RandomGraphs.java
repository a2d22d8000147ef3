package dev.keraunos.engine.onednn;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Builds graphs with random weights and the inputs for them. */
final class RandomGraphs {
  private final Random random = new Random(20);
  private GraphBuilder builder = new GraphBuilder();

  Tensor tensor(long... dims) {
    float[] values = new float[Math.toIntExact(Shape.of(dims).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, dims);
  }

  /** Begins a graph with an input of any batch size. */
  Value input(long... dims) {
    builder = new GraphBuilder();
    long[] any = dims.clone();
    any[0] = Shape.UNKNOWN;
    return builder.input("x", new TensorType(DType.FLOAT32, Shape.of(any)));
  }

  Value constant(long... dims) {
    return builder.constant(tensor(dims));
  }

  /** Weights small enough that sums of this many terms stay around 1. */
  Value weights(long terms, long... dims) {
    Tensor weights = tensor(dims);
    for (long i = 0; i < weights.size(); i++) {
      weights.setDouble(i, weights.getDouble(i) / Math.sqrt(terms));
    }
    return builder.constant(weights);
  }

  Value apply(Op op, Value... inputs) {
    return builder.apply(op, inputs).get(0);
  }

  Value unary(UnaryKind kind, double alpha, Value x) {
    return apply(new Op.Unary(kind, alpha, 0.5), x);
  }

  Value relu(Value x) {
    return unary(UnaryKind.RELU, 0, x);
  }

  Value binary(BinaryKind kind, Value x, Value y) {
    return apply(new Op.Binary(kind), x, y);
  }

  /** A convolution with bias. */
  Value conv(
      Value x, int filters, int size, int stride, int dilation, Padding padding, int groups) {
    int spatial = x.rank() - 2;
    long channels = x.shape().dim(-1);
    long[] kernel = new long[spatial + 2];
    Arrays.fill(kernel, size);
    kernel[spatial] = channels / groups;
    kernel[spatial + 1] = filters;
    Op.Conv op = new Op.Conv(same(stride, spatial), same(dilation, spatial), padding, groups);
    long terms = Shape.of(kernel).size() / filters;
    return binary(BinaryKind.ADD, apply(op, x, weights(terms, kernel)), constant(filters));
  }

  Value conv(Value x, int filters, int size) {
    return conv(x, filters, size, 1, 1, Padding.SAME, 1);
  }

  Value convTranspose(Value x, int filters, int size, int stride, Padding padding) {
    int spatial = x.rank() - 2;
    long[] kernel = new long[spatial + 2];
    Arrays.fill(kernel, size);
    kernel[spatial] = filters;
    kernel[spatial + 1] = x.shape().dim(-1);
    Op op =
        new Op.ConvTranspose(
            same(stride, spatial), same(1, spatial), padding, List.of(), List.of());
    long terms = Shape.of(kernel).size() / filters;
    return binary(BinaryKind.ADD, apply(op, x, weights(terms, kernel)), constant(filters));
  }

  Value pool(boolean max, Value x, int size, int stride, Padding padding) {
    int spatial = x.rank() - 2;
    return apply(new Op.Pool(max, same(size, spatial), same(stride, spatial), padding), x);
  }

  Value dense(Value x, int units) {
    long features = x.shape().dim(-1);
    Value product = apply(new Op.MatMul(false, false), x, weights(features, features, units));
    return binary(BinaryKind.ADD, product, constant(units));
  }

  /** A small U-Net: two levels of convolutions, pooling, transposed convolutions and joins. */
  Value unet(Value x, int filters) {
    Value upper = relu(conv(relu(conv(x, filters, 3)), filters, 3));
    Value lower = pool(true, upper, 2, 2, Padding.VALID);
    lower = relu(conv(relu(conv(lower, 2 * filters, 3)), 2 * filters, 3));
    Value raised = convTranspose(lower, filters, 2, 2, Padding.SAME);
    Value joined = apply(new Op.Concat(3), raised, upper);
    Value y = relu(conv(relu(conv(joined, filters, 3)), filters, 3));
    return unary(UnaryKind.SIGMOID, 0, conv(y, 5, 1));
  }

  Graph build(Value output) {
    return builder.build(Map.of("y", output));
  }

  private static List<Integer> same(int value, int times) {
    Integer[] values = new Integer[times];
    Arrays.fill(values, value);
    return List.of(values);
  }
}
