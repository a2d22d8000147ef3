package dev.keraunos.importer.internal.quantization;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.IntegerArithmetic;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.weights.LoraFactors;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.keras.internal.config.Quantization;
import dev.keraunos.keras.internal.config.Quantization.Mode;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.Arrays;
import java.util.Optional;

/**
 * Products with a quantized kernel, as {@code quantized_call} of Dense and EinsumDense computes
 * them (Keras 3, layers/core/dense.py and einsum_dense.py).
 */
public final class QuantizedKernel {
  private static final String KERNEL = "kernel";
  private static final String SCALE = "kernel_scale";

  private final RowCall call;
  private final Quantization quantization;
  private final Contraction axes;
  private final Value x;
  private final long[] shape;

  private QuantizedKernel(RowCall call, String equation, int... sizes) {
    this.call = call;
    this.quantization = call.layer().quantization().orElseThrow();
    this.x = call.x();
    this.axes = Contraction.of(equation, x.rank());
    Setting saved = call.config().get("equation");
    if (axes.x().length() != x.rank() || axes.kernel().isEmpty()) {
      throw saved.unexpected(
          "a kernel, and as many letters as the input " + x.shape() + " has axes");
    }
    this.shape = completed(axes.kernelShape(call, x, sizes));
    if (Arrays.stream(shape).anyMatch(size -> size < 1)) {
      throw saved.unexpected("letters of which the input or output_shape tells the size");
    }
  }

  /** A shape whose unknown sizes are those of the stored arrays. */
  private long[] completed(long... known) {
    boolean flat = isFlat() || hasBlocks();
    Shape stored = call.weights().get(flat ? SCALE : KERNEL).shape();
    long others = 1;
    for (int i = 0; i < known.length; i++) {
      others *= isSummed(i) || known[i] == 0 ? 1 : known[i];
    }
    for (int i = 0; i < known.length; i++) {
      if (known[i] == 0 && flat && stored.rank() > 0) {
        known[i] = stored.dim(-1) / others;
      } else if (known[i] == 0 && stored.rank() == known.length) {
        known[i] = stored.dim(i);
      }
    }
    return known;
  }

  /**
   * The product, without bias and activation.
   *
   * @param equation of the input and the kernel
   * @param sizes of the last axes of the result
   */
  public static Value product(RowCall call, String equation, int... sizes) {
    QuantizedKernel kernel = new QuantizedKernel(call, equation, sizes);
    if (call.isBare()) {
      return kernel.einsum(call.floating(), kernel.asStored());
    }
    return switch (kernel.quantization.mode()) {
      case FLOAT8 -> kernel.float8();
      case INT8 -> kernel.adapted(kernel.perOutput());
      default -> kernel.adapted(kernel.packed());
    };
  }

  /** The bias as it is added: beside float8 it is rounded to bfloat16 first. */
  public static Value bias(RowCall call, Value bias) {
    boolean rounds =
        call.computeType() == DType.FLOAT32
            && !call.isBare()
            && call.layer().quantization().map(Quantization::mode).orElse(null) == Mode.FLOAT8;
    return rounds ? Ops.cast(Ops.cast(bias, DType.BFLOAT16), bias.dtype()) : bias;
  }

  private Value einsum(Value left, Value right) {
    return Ops.einsum(axes.equation(), left, right);
  }

  /** Both sides rounded to float8. */
  private Value float8() {
    DType type = call.computeType();
    Value inputs = call.weight(type, "inputs_scale");
    Value kernel = call.weight(type, SCALE);
    return einsum(
        Float8.quantizeAndDequantize(call.floating(), inputs),
        Float8.quantizeAndDequantize(call.weight(KERNEL, shape), kernel));
  }

  private Value packed() {
    if (hasBlocks()) {
      return einsum(call.floating(), Ops.reshape(inBlocks(), shape));
    }
    return isFlat() ? flat() : perOutput();
  }

  private boolean hasBlocks() {
    Mode mode = quantization.mode();
    boolean groups = mode == Mode.GPTQ || mode == Mode.AWQ;
    return groups || (mode == Mode.INT4 && quantization.block() > 0);
  }

  /** Whether a kernel of any shape is stored as a matrix. */
  private boolean isFlat() {
    boolean packs = quantization.mode() == Mode.INT4 && call.config().has("equation");
    return packs && !call.dialect().has(Quirk.INT4_HAS_NO_BLOCKS);
  }

  /** What the attribute {@code kernel} is: the stored numbers, without scales. */
  private Value asStored() {
    Mode mode = quantization.mode();
    if (mode == Mode.FLOAT8) {
      return call.weight(KERNEL, shape);
    }
    if (mode == Mode.GPTQ || mode == Mode.AWQ) {
      throw call.gap("Keras cannot call it inside of a layer that takes it apart by steps");
    }
    Value kernel = isFlat() ? kernel(rows(), columns()) : kernel(shape);
    if (mode == Mode.INT4 && hasBlocks()) {
      Value zero = call.weight("kernel_zero", Shape.UNKNOWN, columns());
      kernel = Ops.add(kernel, Ops.take(zero, call.weight(DType.INT32, "g_idx", rows()), 0));
    }
    kernel = Ops.reshape(kernel, shape);
    if (call.weights().find("lora_kernel_a").isEmpty()) {
      return kernel;
    }
    Value adapted = Ops.add(kernel, Ops.multiply(Ops.matmul(lora("a"), lora("b")), loraScale()));
    return Ops.cast(adapted, call.computeType());
  }

  /** A kernel in its shape and one scale for each of its outputs. */
  private Value perOutput() {
    boolean dense = !call.config().has("equation");
    Value scale = call.weight(SCALE, dense ? new long[] {shape[1]} : axes.scaleShape(shape));
    return perOutput(kernel(shape), scale);
  }

  private Value perOutput(Value kernel, Value scale) {
    Optional<ActivationQuantizer> quantizer = ActivationQuantizer.of(call, quantization.mode());
    if (quantizer.isEmpty()) {
      return Ops.divide(Ops.cast(multiply(x, kernel), call.computeType()), scale);
    }
    ActivationQuantizer.Scaled scaled = quantizer.get().apply(x, axes.summed());
    Value product = Ops.cast(multiply(scaled.value(), kernel), call.computeType());
    return Ops.divide(product, Ops.multiply(axes.besideResult(scaled.scale()), scale));
  }

  private Value multiply(Value left, Value right) {
    return IntegerArithmetic.product(left, right, call.dialect(), this::einsum);
  }

  /** A kernel of EinsumDense as a matrix, one scale for each column. */
  private Value flat() {
    long columns = columns();
    Value kernel = Ops.reshape(kernel(rows(), columns), shape);
    Value scale = call.weight(SCALE, columns);
    if (axes.isMatrix()) {
      return perOutput(kernel, axes.besideResult(scale, shape));
    }
    Value matrix = Ops.cast(Ops.reshape(kernel, rows(), columns), call.computeType());
    Value floating = Ops.reshape(Ops.divide(matrix, scale), shape);
    return ActivationQuantizer.of(call, quantization.mode())
        .map(quantizer -> quantizer.apply(x, axes.summed()))
        .map(in -> Ops.divide(einsum(in.value(), floating), axes.besideResult(in.scale())))
        .orElseGet(() -> einsum(call.floating(), floating));
  }

  /** The kernel as a matrix of floating numbers: every block of inputs has scales of its own. */
  private Value inBlocks() {
    long columns = columns();
    Value steps = Ops.cast(call.weight(KERNEL, rows(), columns), call.computeType());
    Value scale = call.weight(SCALE, Shape.UNKNOWN, columns);
    Value kernel =
        Ops.multiply(steps, Ops.take(scale, call.weight(DType.INT32, "g_idx", rows()), 0));
    return quantization.mode() == Mode.AWQ
        ? Ops.divide(kernel, Ops.expandDims(call.weight("awq_scales", rows()), -1))
        : Ops.cast(kernel, call.computeType());
  }

  /** The rows of the matrix that the kernel is stored as. */
  private long rows() {
    if (quantization.mode() != Mode.INT4) {
      long most = Arrays.stream(shape).max().orElse(0);
      return shape.length == 3 && shape[0] != most ? shape[0] * shape[1] : shape[0];
    }
    long rows = 1;
    for (int i = 0; i < shape.length; i++) {
      rows *= isSummed(i) ? shape[i] : 1;
    }
    return rows;
  }

  private long columns() {
    return Shape.of(shape).size() / rows();
  }

  private boolean isSummed(int axis) {
    return axes.output().indexOf(axes.kernel().charAt(axis)) < 0;
  }

  /** The kernel without the cell that fills up a byte of two. */
  private Value kernel(long... dims) {
    long[] unknown = dims.clone();
    Arrays.fill(unknown, Shape.UNKNOWN);
    Shape stored = call.tensor(KERNEL, unknown).shape();
    Range[] ranges = new Range[dims.length];
    boolean whole = true;
    for (int i = 0; i < dims.length; i++) {
      boolean fills = quantization.mode() == Mode.INT4 && stored.dim(i) == dims[i] + 1;
      whole &= !fills;
      ranges[i] = Range.of(0, dims[i]);
    }
    return whole ? call.weight(KERNEL, dims) : Ops.slice(call.weight(KERNEL, unknown), ranges);
  }

  /** The product and that of factors of low rank, which {@code .h5} files hold beside it. */
  private Value adapted(Value y) {
    if (call.weights().find("lora_kernel_a").isEmpty()) {
      return y;
    }
    Value wide = Ops.matmul(einsum(call.floating(), lora("a")), lora("b"));
    Value sum = Ops.add(y, Ops.multiply(wide, loraScale()));
    return Ops.cast(sum, call.computeType());
  }

  private double loraScale() {
    return LoraFactors.scale(call.layer(), lora("b").shape().dim(0));
  }

  private Value lora(String factor) {
    long[] dims = factor.equals("a") ? shape.clone() : new long[] {0, shape[shape.length - 1]};
    dims[factor.equals("a") ? dims.length - 1 : 0] = Shape.UNKNOWN;
    return call.weight("lora_kernel_" + factor, dims);
  }
}
