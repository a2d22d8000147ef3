package dev.keraunos.importer.internal.weights;

import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.internal.config.Quantization;
import dev.keraunos.keras.internal.config.Quantization.Mode;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Quantized weights of a layer as they are computed with: every weight a byte of its own, less its
 * zero point; inputs before outputs. {@code pack_int4} of Keras 3 (quantizers/quantizers.py) puts
 * two into a byte, the first into the lower half.
 *
 * <p>Bytes are what the engines multiply. Two weights in a byte would have to be taken apart in
 * every run.
 */
final class UnpackedWeights {
  private static final String KERNEL = "kernel";
  private static final String TABLE = "embeddings";
  private static final String REVERSE = "reverse_embeddings";
  private static final String GROUPS = "g_idx";

  private final LayerSpec layer;
  private final Quantization quantization;
  private final Map<String, Tensor> stored;

  private UnpackedWeights(LayerSpec layer, Quantization quantization, Map<String, Tensor> stored) {
    this.layer = layer;
    this.quantization = quantization;
    this.stored = stored;
  }

  /**
   * The variables of a layer, those of others as they are.
   *
   * @throws ModelFileException if types, shapes or groups do not go together
   */
  static Map<String, Tensor> of(LayerSpec layer, Map<String, Tensor> stored) {
    return layer
        .quantization()
        .map(quantization -> new UnpackedWeights(layer, quantization, stored).variables())
        .orElse(stored);
  }

  private Map<String, Tensor> variables() {
    Mode mode = quantization.mode();
    boolean unsigned = mode == Mode.GPTQ || mode == Mode.AWQ;
    if (mode == Mode.FLOAT8) {
      return stored;
    }
    Map<String, Tensor> variables = new LinkedHashMap<>(stored);
    for (String name : stored.keySet()) {
      if (name.equals(KERNEL) || name.equals(TABLE) || name.equals(REVERSE)) {
        require(name, unsigned ? DType.UINT8 : DType.INT8);
        variables.put(name, unsigned ? outputsFirst(name) : unpacked(name));
      }
    }
    if (unsigned && stored.containsKey(KERNEL)) {
      variables.put(KERNEL + "_scale", Layouts.transpose(matrix(KERNEL + "_scale"), 1, 0));
    }
    return variables;
  }

  private void require(String name, DType type) {
    if (stored.get(name).dtype() != type) {
      throw damaged(
          "variable '" + name + "' of " + stored.get(name).dtype(),
          type + ", as weights quantized to " + layer.quantizationMode() + " are");
    }
  }

  private ModelFileException damaged(String found, String allowed) {
    return new ModelFileException(
        layer.path(),
        found,
        allowed,
        "The weights belong to another model, or the file is damaged; quantize and save it again.");
  }

  private Tensor matrix(String name) {
    Tensor tensor = stored.get(name);
    if (tensor == null || tensor.shape().rank() != 2) {
      throw damaged(
          tensor == null ? "no variable '" + name + "'" : name + " of shape " + tensor.shape(),
          "a matrix of that name");
    }
    return tensor;
  }

  // ---- int8 and int4
  // ---------------------------------------------------------------------------------

  private Tensor unpacked(String name) {
    Tensor packed = stored.get(name);
    if (quantization.mode() == Mode.INT8) {
      return packed;
    }
    int axis = packedAxis(name, packed.shape().rank());
    Tensor unpacked = unpack(packed, axis, length(name, 2 * packed.shape().dim(axis)), true);
    return quantization.block() > 0 ? lessZeros(name, unpacked) : unpacked;
  }

  private int packedAxis(String name, int rank) {
    if (rank < 1) {
      throw damaged("variable '" + name + "' without axes", "a matrix");
    }
    if (name.equals(KERNEL) && layer.dialect().has(Quirk.INT4_HAS_NO_BLOCKS)) {
      return firstSummedAxis();
    }
    return name.equals(REVERSE) ? 0 : rank - 1;
  }

  /** Of the kernel: the first of Dense, and as the equation of EinsumDense says. */
  private int firstSummedAxis() {
    String[] sides = layer.json().path("equation").asText("a,ab->b").split("->", -1);
    String kernel = sides[0].substring(sides[0].indexOf(',') + 1).strip();
    for (int i = 0; i < kernel.length(); i++) {
      if (sides[sides.length - 1].indexOf(kernel.charAt(i)) < 0) {
        return i;
      }
    }
    return 0;
  }

  /** How many weights lie along the packed axis, as far as the layer's own variables tell. */
  private long length(String name, long most) {
    if (!name.equals(KERNEL)) {
      return within(layer.config().get("output_dim").integer(), most);
    }
    boolean blocks = !layer.dialect().has(Quirk.INT4_HAS_NO_BLOCKS);
    Tensor scale = stored.get(KERNEL + "_scale");
    boolean tells = blocks && scale != null && scale.shape().rank() > 0;
    return tells ? within(scale.shape().dim(-1), most) : most;
  }

  private long within(long length, long most) {
    if (length != most && length != most - 1) {
      throw damaged("weights packed for up to " + most + " along an axis", "those of " + length);
    }
    return length;
  }

  /** Two weights of each byte along an axis, the lower half first. */
  private static Tensor unpack(Tensor packed, int axis, long length, boolean signed) {
    Shape shape = packed.shape();
    long inner = shape.slice(axis + 1, shape.rank()).size();
    long outer = shape.slice(0, axis).size();
    long bytes = shape.dim(axis);
    Tensor unpacked = Tensor.allocate(signed ? DType.INT8 : DType.UINT8, shape.with(axis, length));
    if (inner == 1) {
      for (long i = 0; i < outer; i++) {
        ByteBuffer to = unpacked.bytes(i * length, (int) length);
        unpackRow(packed.bytes(i * bytes, (int) bytes), to, signed);
      }
      return unpacked;
    }
    for (long i = 0; i < outer * bytes; i++) {
      ByteBuffer from = packed.bytes(i * inner, (int) inner);
      long at = i / bytes * length + 2 * (i % bytes);
      copyHalf(from, unpacked.bytes(at * inner, (int) inner), 0, signed);
      if (2 * (i % bytes) + 1 < length) {
        copyHalf(from, unpacked.bytes((at + 1) * inner, (int) inner), 4, signed);
      }
    }
    return unpacked;
  }

  private static void unpackRow(ByteBuffer from, ByteBuffer to, boolean signed) {
    for (int j = 0; j < to.capacity(); j++) {
      to.put(j, half(from.get(j / 2), j % 2 * 4, signed));
    }
  }

  private static void copyHalf(ByteBuffer from, ByteBuffer to, int shift, boolean signed) {
    for (int j = 0; j < to.capacity(); j++) {
      to.put(j, half(from.get(j), shift, signed));
    }
  }

  private static byte half(byte both, int shift, boolean signed) {
    int half = both >> shift & 0xf;
    return (byte) (signed ? (half ^ 8) - 8 : half);
  }

  /** The zero points of a table lie along its rows, those of other weights along columns. */
  private Tensor lessZeros(String name, Tensor weights) {
    Tensor zeros = matrix(name + "_zero");
    boolean table = name.equals(TABLE);
    long groups = zeros.shape().dim(table ? 1 : 0);
    long rows = weights.shape().dim(0);
    long columns = weights.shape().dim(-1);
    int[] group = groups(table ? columns : rows, groups);
    double[] zero = zeros.toDoubleArray();
    boolean whole = Arrays.stream(zero).allMatch(point -> point == (byte) point);
    if (!whole || zeros.shape().dim(table ? 0 : 1) != (table ? rows : columns)) {
      throw damaged(
          name + "_zero of shape " + zeros.shape(),
          "a whole zero point for each of " + weights.shape());
    }
    Tensor result = Tensor.allocate(DType.INT8, weights.shape());
    int[] points = new int[(int) columns];
    for (long i = 0; i < rows; i++) {
      for (int j = 0; j < points.length; j++) {
        points[j] =
            (int) zero[(int) (table ? i * groups + group[j] : group[(int) i] * columns + j)];
      }
      ByteBuffer row = weights.bytes(i * columns, points.length);
      if (!subtract(row, points, result.bytes(i * columns, points.length))) {
        return wide(name, weights, zero, group);
      }
    }
    return result;
  }

  /** Whether all differences are bytes. */
  private static boolean subtract(ByteBuffer from, int[] points, ByteBuffer to) {
    boolean fits = true;
    for (int j = 0; j < points.length; j++) {
      int difference = from.get(j) - points[j];
      to.put(j, (byte) difference);
      fits &= difference == (byte) difference;
    }
    return fits;
  }

  /** Zero points that Keras itself never writes, so far from the weights. */
  private static Tensor wide(String name, Tensor weights, double[] zero, int... group) {
    boolean table = name.equals(TABLE);
    long columns = weights.shape().dim(1);
    long groups = table ? zero.length / weights.shape().dim(0) : 0;
    Tensor result = Tensor.allocate(DType.INT16, weights.shape());
    for (long k = 0; k < weights.size(); k++) {
      long i = k / columns;
      int j = (int) (k % columns);
      double point = zero[(int) (table ? i * groups + group[j] : group[(int) i] * columns + j)];
      result.setLong(k, weights.getLong(k) - (long) point);
    }
    return result;
  }

  /** To which group each of the inputs belongs. */
  private int[] groups(long inputs, long groups) {
    Tensor stored = this.stored.get(GROUPS);
    if (stored == null || !stored.shape().equals(Shape.of(inputs))) {
      throw damaged(
          stored == null ? "no variable 'g_idx'" : "g_idx of shape " + stored.shape(),
          "the group of each of " + inputs + " inputs");
    }
    int[] found = new int[(int) inputs];
    for (int i = 0; i < found.length; i++) {
      long group = (long) stored.getDouble(i);
      if (group < 0 || group >= groups) {
        throw damaged("group " + group + " in g_idx", "groups from 0 to " + (groups - 1));
      }
      found[i] = (int) group;
    }
    return found;
  }

  // ---- GPTQ and AWQ
  // ----------------------------------------------------------------------------------

  /** Weights that are stored with a row for each output, less their zero points, as int16. */
  private Tensor outputsFirst(String name) {
    Tensor zeros = matrix(name + "_zero");
    Tensor scale = matrix(name + "_scale");
    Tensor packed = matrix(name);
    boolean halves = quantization.bits() == 4;
    long outputs = zeros.shape().dim(0);
    long groups = zeros.shape().dim(1);
    long inputs = packed.shape().dim(1);
    long most = packed.shape().dim(0) * (halves ? 2 : 1);
    if (!scale.shape().equals(zeros.shape()) || (outputs != most && outputs != most - 1)) {
      throw damaged(
          name
              + " of shape "
              + packed.shape()
              + ", scales of "
              + scale.shape()
              + ", zero points of "
              + zeros.shape(),
          "those of the same outputs and groups");
    }
    Tensor weights = halves ? unpack(packed, 0, outputs, false) : packed;
    int[] group = groups(inputs, groups);
    Tensor result = Tensor.allocate(DType.INT16, Shape.of(inputs, outputs));
    double[] column = new double[(int) outputs];
    double[] w = weights.toDoubleArray();
    double[] zero = zeros.toDoubleArray();
    for (int i = 0; i < inputs; i++) {
      for (int j = 0; j < outputs; j++) {
        column[j] = w[(int) (j * inputs + i)] - zero[(int) (j * groups + group[i])];
      }
      result.write(i * outputs, column, 0, column.length);
    }
    return narrowed(result);
  }

  /** Weights as bytes, if all of them fit. */
  private static Tensor narrowed(Tensor weights) {
    for (long i = 0; i < weights.size(); i++) {
      long weight = weights.getLong(i);
      if (weight != (byte) weight) {
        return weights;
      }
    }
    return weights.cast(DType.INT8);
  }
}
