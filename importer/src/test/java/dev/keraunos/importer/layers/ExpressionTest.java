package dev.keraunos.importer.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.error.InputException;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.operations.Operations;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {
  /**
   * The functions of Keras 3.15.1: {@code {n for m in (ops, ops.image, ops.linalg, ops.nn,
   * ops.numpy) for n in dir(m) if n[0].islower() and callable(getattr(m, n))}}.
   */
  private static final String KERAS =
      """
      abs absolute adaptive_average_pool adaptive_max_pool add affine_transform all
      allclose amax amin angle any append arange arccos arccosh arcsin arcsinh arctan
      arctan2 arctanh argmax argmin argpartition argsort array array_split
      associative_scan average average_pool bartlett batch_normalization
      binary_crossentropy bincount bitwise_and bitwise_invert bitwise_left_shift
      bitwise_not bitwise_or bitwise_right_shift bitwise_xor blackman broadcast_to cast
      categorical_crossentropy cbrt cdist ceil celu cholesky cholesky_inverse clip
      concatenate cond conj conjugate conv conv_transpose convert_to_numpy
      convert_to_tensor copy corrcoef correlate cos cosh count_nonzero crop_images cross
      ctc_decode ctc_loss cumprod cumsum custom_gradient deg2rad depth_to_space
      depthwise_conv det diag diagflat diagonal diff digitize divide divide_no_nan dot
      dot_product_attention dsplit dstack dtype eig eigh einsum elastic_transform elu
      empty empty_like equal erf erfc erfinv exp exp2 expand_dims expm1 extract_patches
      extract_patches_3d extract_sequences eye fabs fft fft2 flip fliplr flipud floor
      floor_divide fmax fmin fmod fold fori_loop full full_like gaussian_blur gcd gelu
      geomspace get_item glu greater greater_equal hamming hanning hard_shrink
      hard_sigmoid hard_silu hard_swish hard_tanh heaviside histogram hsplit hstack
      hsv_to_rgb hypot i0 identity ifft2 imag in_top_k inner inv irfft is_tensor isclose
      isfinite isin isinf isnan isneginf isposinf isreal istft jvp kaiser kron
      layer_normalization lcm ldexp leaky_relu left_shift less less_equal linspace log
      log10 log1p log2 log_sigmoid log_softmax logaddexp logaddexp2 logdet logical_and
      logical_not logical_or logical_xor logspace logsumexp lstsq lu_factor map
      map_coordinates matmul matrix_rank max max_pool maximum mean median meshgrid min
      minimum mod moments moveaxis multi_hot multiply nan_to_num nanargmax nanargmin
      nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile nanprod
      nanquantile nanstd nansum nanvar ndim negative nextafter nonzero norm normalize
      not_equal one_hot ones ones_like outer pad pad_images percentile
      perspective_transform pinv polar power prod psnr ptp qr quantile rad2deg ravel real
      rearrange reciprocal relu relu6 repeat reshape resize rfft rgb_to_grayscale
      rgb_to_hsv right_shift rms_normalization roll rot90 round rsqrt saturate_cast
      scale_and_translate scan scatter scatter_update searchsorted segment_max segment_min
      segment_prod segment_sum select selu separable_conv shape sigmoid sign signbit silu
      sin sinc sinh size slice slice_update slogdet sobel_edges soft_shrink softmax
      softplus softsign solve solve_triangular sort space_to_depth
      sparse_categorical_crossentropy sparse_plus sparse_sigmoid sparsemax split sqrt
      square squareplus squeeze ssim stack std stft stop_gradient subtract sum svd
      swapaxes swish switch take take_along_axis tan tanh tanh_shrink tensordot threshold
      tile top_k trace transpose trapezoid tri tril triu true_divide trunc unfold unique
      unravel_index unstack vander var vdot vectorize vectorized_map view view_as_complex
      view_as_real vsplit vstack where while_loop zeros zeros_like
      """;

  /** Functions under another name in Java, or that change nothing but how Python sees a tensor. */
  private static final Map<String, String> OTHERWISE =
      Map.ofEntries(
          Map.entry("amax", "max"),
          Map.entry("amin", "min"),
          Map.entry("convert_to_tensor", "constant"),
          Map.entry("copy", "named"),
          Map.entry("get_item", "slice"),
          Map.entry("hard_swish", "hard_silu"),
          Map.entry("ravel", "reshape"),
          Map.entry("shape", "reshape"),
          Map.entry("stop_gradient", "named"),
          Map.entry("swish", "silu"),
          Map.entry("true_divide", "divide"));

  private final GraphBuilder builder = new GraphBuilder();
  private final List<Value> inputs =
      List.of(input("x0", 2, 3, 4), input("x1", 2, 4, 2), input("x2", 2, 4, 1));

  private Value input(String name, long... dims) {
    return builder.input(name, new TensorType(DType.FLOAT32, Shape.of(dims)));
  }

  /** What a model's graph may call, a loss or a Lambda may call too: there is one of each. */
  @Test
  void everyFunctionOfKerasThatIsBoundIsOneOfOps() {
    Set<String> java =
        Arrays.stream(Ops.class.getMethods())
            .filter(method -> Modifier.isStatic(method.getModifiers()))
            .map(Method::getName)
            .collect(Collectors.toSet());
    Set<String> missing = new TreeSet<>(Arrays.asList(KERAS.trim().split("\\s+")));
    missing.retainAll(Operations.functions().keySet());
    assertTrue(missing.size() > 150, missing::toString);
    missing.removeIf(name -> java.contains(camelCase(OTHERWISE.getOrDefault(name, name))));
    assertEquals(Set.of(), missing);
  }

  private static String camelCase(String name) {
    StringBuilder camel = new StringBuilder();
    for (String word : name.split("_", -1)) {
      boolean first = camel.isEmpty();
      camel.append(first ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return camel.toString();
  }

  /**
   * What Keras 3.15.1 on TensorFlow 2.21 gives for the same line of Python, after {@code from
   * keras.ops import *; from keras.ops.image import *}, of these tensors: {@code x = x0 =
   * reshape(arange(24, dtype="float32"), (2, 3, 4)) - 12}, {@code x1 = transpose(x, (0, 2, 1))[:,
   * :, :2]}, {@code x2 = reshape(arange(8, dtype="float32"), (2, 4, 1))}.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          sum(roll(x, 1, 1), 0) | (3,4) | 4 6 8 10 -12 -10 -8 -6 -4 -2 0 2
          sum(roll(x, [1, 2], axis=[1, 2]), axis=0) | (3,4) | 8 10 4 6 -8 -6 -12 -10 0 2 -4 -2
          roll(sum(x, 0), 5) | (3,4) | 2 4 6 8 10 -12 -10 -8 -6 -4 -2 0
          tile(sum(x, [0, 1]), [2, 1]) | (2,4) | -12 -6 0 6 -12 -6 0 6
          sum(dot(x, x1), [1, 2]) | (2,2) | 732 108 -564 -36
          sum(tensordot(x, x1, [[2], [1]]), (0, 1)) | (2,2) | 156 108 12 -36
          tensordot(sum(x, 0), sum(x1, 0), axes=1) | (3,2) | 344 56 56 24 -232 -8
          einsum('abc,acd->ad', x, x1) | (2,2) | 834 522 114 378
          max_pool(x, 2, 1) | (2,2,4) | -8 -7 -6 -5 -4 -3 -2 -1 4 5 6 7 8 9 10 11
          average_pool(x, 2, padding='same') | (2,2,4) | -10 -9 -8 -7 -4 -3 -2 -1 2 3 4 5 8 9 10 11
          sum(conv(x, x2, padding='same'), 2) | (2,3) | -196 -84 -10 140 252 62
          depthwise_conv(x, x2, 1, 'valid') | (2,2,4) | -32 -46 -56 -62 -16 -22 -24 -22 16 26 40 58 32 50 72 98
          sum(one_hot(argmax(x, 1), 3, axis=0), 2) | (3,2) | 0 0 0 0 4 4
          sum(expand_dims(sum(x, 0), [0, 3]), 1) | (1,4,1) | -12 -6 0 6
          diff(sum(x, 1), 2) | (2,2) | 0 0 0 0
          sum(pad(x, [[0, 0], [1, 0], [0, 1]], 'constant', 3), 0) | (4,5) | 6 6 6 6 6 -12 -10 -8 -6 6 -4 -2 0 2 6 4 6 8 10 6
          triu(sum(x, 0), k=1) + tril(sum(x, 0), -1) | (3,4) | 0 -10 -8 -6 -4 0 0 2 4 6 0 10
          average(x, axis=2, weights=[1, 0, 0, 3]) | (2,3) | -9.75 -5.75 -1.75 2.25 6.25 10.25
          repeat(sum(x, [0, 2]), [2, 0, 1], 0) | (3) | -36 -36 28
          moveaxis(x, [0, 1], [2, 0]) * 1.5 | (3,4,2) | -18 0 -16.5 1.5 -15 3 -13.5 4.5 -12 6 -10.5 7.5 -9 9 -7.5 10.5 -6 12 -4.5 13.5 -3 15 -1.5 16.5
          concatenate([sum(x, 0), sum(-x, 0)], axis=1) | (3,8) | -12 -10 -8 -6 12 10 8 6 -4 -2 0 2 4 2 0 -2 4 6 8 10 -4 -6 -8 -10
          slice(x, [0, 1, 2], [1, 2, 2]) | (1,2,2) | -6 -5 -2 -1
          sum(depth_to_space(reshape(x, [1, 2, 3, 4]), 2), 2) | (1,4,1) | -45 -33 27 39
          norm(x - 4, ord=1, axis=2) | (2,3) | 58 42 26 10 6 22
          ptp(x, 0, keepdims=True) | (1,3,4) | 12 12 12 12 12 12 12 12 12 12 12 12
          count_nonzero(x, axis=1) | (2,4) | 3 3 3 3 2 3 3 3
          nan_to_num(log(x0 * 0) + 1, neginf=-3) | (2,3,4) | -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3 -3
          """)
  void computesWhatPythonDoes(String expression, String shape, String numbers) {
    Value y = Expression.parse(expression).apply(inputs);
    float[] x = new float[24];
    float[] x1 = new float[16];
    for (int i = 0; i < x.length; i++) {
      x[i] = i - 12;
    }
    for (int i = 0; i < x1.length; i++) {
      x1[i] = x[i / 8 * 12 + i % 2 * 4 + i / 2 % 4];
    }
    List<Tensor> tensors =
        List.of(
            Tensor.of(x, 2, 3, 4),
            Tensor.of(x1, 2, 4, 2),
            Tensor.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 2, 4, 1));
    try (Executable executable = new ReferenceEngine().compile(builder.build(Map.of("y", y)), 1)) {
      Tensor result = executable.run(tensors).get(0);
      assertEquals(shape, result.shape().toString().replace(" ", ""));
      double[] expected =
          Arrays.stream(numbers.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
      assertArrayEquals(expected, result.toDoubleArray());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          import(x) | import
          roll(x, 1, 1, 1) | at most 3 arguments
          roll(x, axis=1, 1) | a parameter's name
          roll(x, 'one' | ')'
          max_pool(x, 2, padding='same | ends with '
          x[0] | the end
          y + 1 | instead of 'y'
          """)
  void refusesWhatIsNoExpression(String expression, String expected) {
    InputException e = assertThrows(InputException.class, () -> Expression.parse(expression));
    assertTrue(e.getMessage().contains(expected), e::getMessage);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "roll(x)",
        "roll(x, 1.5, 1)",
        "roll(x, 1, 7)",
        "roll(x, 1, times=2)",
        "split(x, 2)",
        "[x, x]",
        "'x' + 1",
        "1 - [2]",
        "x4",
        "max_pool(x, 2, padding='full')",
        "cast(x, 'float')"
      })
  void refusesArgumentsThatDoNotFit(String expression) {
    var function = Expression.parse(expression);
    assertThrows(KeraunosException.class, () -> function.apply(inputs));
  }
}
