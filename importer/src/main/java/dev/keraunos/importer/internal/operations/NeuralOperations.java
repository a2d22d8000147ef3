package dev.keraunos.importer.internal.operations;

import static dev.keraunos.importer.internal.operations.Operations.one;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Padding;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.config.Setting;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** The part of {@link Operations} that layers compute too: windows, normalization, images. */
final class NeuralOperations {
  /** What {@code keras.ops} takes for an epsilon that is not given. */
  private static final double EPSILON = 1e-7;

  private NeuralOperations() {}

  static void register() {
    windows();
    normalization();
    images();
  }

  // ---- Windows ---------------------------------------------------------------------------------

  private interface Pool {
    Value apply(Value x, List<Integer> size, List<Integer> strides, Padding padding);
  }

  private static void windows() {
    String window = "inputs|input|value pool_size|ksize strides padding data_format";
    String[] max = {"MaxPool", "max_pool", "max_pool1d", "max_pool2d", "raw:MaxPool"};
    String[] mean = {"AveragePool", "avg_pool", "avg_pool1d", "avg_pool2d", "AvgPool"};
    one(window, NeuralOperations::largest, max);
    one(window, call -> pool(call, Ops::averagePool), mean);
    String rest = " strides|stride padding data_format dilation_rate|dilations|rate";
    String kernel = "inputs|input|value kernel|filters|filter" + rest;
    one(kernel, NeuralOperations::conv, "Conv", "conv1d", "conv2d", "conv3d");
    one(
        kernel,
        call -> slide(call, Ops::depthwiseConv),
        "DepthwiseConv",
        "depthwise_conv2d",
        "depthwise");
    one(
        "inputs|input depthwise_kernel|depthwise_filter pointwise_kernel|pointwise_filter" + rest,
        NeuralOperations::separable,
        "SeparableConv",
        "separable_conv2d");
  }

  private static Value channelsLast(
      OperationCall call, String input, UnaryOperator<Value> function) {
    Value x = call.value(input);
    return call.channelsFirst() ? Ops.channelsFirst(x, function) : function.apply(x);
  }

  /** One number per spatial axis; TensorFlow may give those of batch and channels too. */
  private static List<Integer> window(OperationCall call, String key, Value x) {
    int rank = x.rank() - 2;
    int[] given = call.get(key).integersOr();
    int from = call.channelsFirst() ? 2 : 1;
    boolean all = given.length == rank + 2;
    return Windows.list(all ? Arrays.copyOfRange(given, from, from + rank) : given);
  }

  private static Padding padding(OperationCall call) {
    return Windows.padding(call.get("padding"), "valid", "same");
  }

  private static Value pool(OperationCall call, Pool function) {
    return channelsLast(
        call,
        "inputs",
        x -> {
          Setting size = call.get("pool_size");
          List<Integer> cells = size.isNull() ? List.of(2) : window(call, "pool_size", x);
          return function.apply(x, cells, window(call, "strides", x), padding(call));
        });
  }

  private static Value largest(OperationCall call) {
    return pool(
        call,
        (x, size, strides, padding) ->
            MaxPools.of(x, call.scope().dialect(), y -> Ops.maxPool(y, size, strides, padding)));
  }

  private static Value conv(OperationCall call) {
    call.get("use_cudnn_on_gpu");
    return slide(call, Ops::conv);
  }

  /** {@link Ops#conv} or {@link Ops#depthwiseConv}. */
  private interface Convolution {
    Value apply(
        Value x, Value kernel, List<Integer> strides, Padding padding, List<Integer> dilations);
  }

  private static Value slide(OperationCall call, Convolution function) {
    return channelsLast(
        call,
        "inputs",
        x ->
            function.apply(
                x,
                call.value("kernel"),
                window(call, "strides", x),
                padding(call),
                window(call, "dilation_rate", x)));
  }

  private static Value separable(OperationCall call) {
    return channelsLast(
        call,
        "inputs",
        x ->
            Ops.separableConv(
                x,
                call.value("depthwise_kernel"),
                call.value("pointwise_kernel"),
                window(call, "strides", x),
                padding(call),
                window(call, "dilation_rate", x)));
  }

  // ---- Normalization and attention -------------------------------------------------------------

  private static void normalization() {
    one(
        "x gamma beta axis epsilon",
        call ->
            Ops.layerNormalization(
                call.value("x"),
                call.optional("gamma"),
                call.optional("beta"),
                call.number("epsilon", EPSILON),
                call.flag("rms_scaling"),
                call.axes("axis", -1)),
        "LayerNorm");
    one(
        "x scale axis epsilon",
        call ->
            Ops.rmsNormalization(
                call.value("x"),
                call.optional("scale"),
                call.number("epsilon", EPSILON),
                call.axes("axis", -1)),
        "RMSNorm");
    one(
        "x mean variance offset scale epsilon|variance_epsilon axis",
        call ->
            Ops.batchNormalization(
                call.value("x"),
                call.value("mean"),
                call.value("variance"),
                call.integer("axis", -1),
                call.optional("offset"),
                call.optional("scale"),
                call.number("epsilon", 1e-3)),
        "BatchNorm",
        "batch_normalization");
    one(
        "x axis order epsilon",
        call ->
            Ops.normalize(
                call.value("x"),
                call.integer("order", 2),
                call.number("epsilon", EPSILON),
                call.axes("axis", -1)),
        "Normalize");
    one(
        "x axis epsilon",
        call -> Ops.l2Normalize(call.value("x"), call.number("epsilon", 1e-12), call.axes("axis")),
        "l2_normalize");
    one(
        "input depth_radius bias alpha beta",
        call ->
            Ops.localResponseNormalization(
                call.value("input"),
                call.integer("depth_radius", 5),
                call.number("bias", 1),
                call.number("alpha", 1),
                call.number("beta", 0.5)),
        "local_response_normalization",
        "lrn");
    one("query key value bias mask scale", NeuralOperations::attention, "DotProductAttention");
  }

  private static Value attention(OperationCall call) {
    call.get("flash_attention");
    if (!call.get("attn_logits_soft_cap").isNull()) {
      throw call.get("attn_logits_soft_cap").unexpected("nothing");
    }
    Setting scale = call.get("scale");
    return Ops.dotProductAttention(
        call.value("query"),
        call.value("key"),
        call.value("value"),
        call.optional("bias"),
        call.optional("mask"),
        scale.isNull() ? null : Double.valueOf(scale.number()),
        call.flag("is_causal"));
  }

  // ---- Images ----------------------------------------------------------------------------------

  private static void images() {
    one(
        "images|x size interpolation|method antialias data_format",
        NeuralOperations::resize,
        "Resize",
        "image.resize",
        "image.resize_v2");
    String block = "x|input block_size data_format";
    one(block, call -> blocks(call, Ops::depthToSpace), "DepthToSpace", "depth_to_space");
    one(block, call -> blocks(call, Ops::spaceToDepth), "SpaceToDepth", "space_to_depth");
    String sides = "images top_# left_# bottom_# right_# target_height target_width data_format";
    borders(sides, "cropping", Ops::cropImages, "CropImages");
    borders(sides, "padding", Ops::padImages, "PadImages");
    one("images data_format", NeuralOperations::grey, "RGBToGrayscale");
    one("images", NeuralOperations::grey, "image.rgb_to_grayscale");
  }

  private static Value resize(OperationCall call) {
    Value images = call.value("images");
    boolean first = call.channelsFirst();
    List<Integer> size = Windows.list(call.get("size").integers(2));
    Value resized =
        Ops.resize(
            ResizedImages.aspect(call::get, images, size, first),
            call.flag("preserve_aspect_ratio") ? Ops.fittingSize(images, size, first) : size,
            Windows.interpolation(call.get("interpolation"), "bilinear"),
            call.flag("antialias"),
            first);
    return ResizedImages.typed(resized, images, call.scope().dialect());
  }

  private interface Blocks {
    Value apply(Value x, int size);
  }

  private static Value blocks(OperationCall call, Blocks function) {
    int size = call.get("block_size").integer();
    return channelsLast(call, "x", x -> function.apply(x, size));
  }

  private static Value grey(OperationCall call) {
    return Ops.rgbToGrayscale(call.value("images"), call.channelsFirst());
  }

  private interface Borders {
    Value apply(
        Value x,
        Integer top,
        Integer left,
        Integer bottom,
        Integer right,
        Integer height,
        Integer width,
        boolean channelsFirst);
  }

  private static void borders(String signature, String kind, Borders function, String name) {
    one(signature.replace("#", kind), call -> borders(call, kind, function), name);
  }

  private static Value borders(OperationCall call, String kind, Borders function) {
    return function.apply(
        call.value("images"),
        cells(call, "top_" + kind),
        cells(call, "left_" + kind),
        cells(call, "bottom_" + kind),
        cells(call, "right_" + kind),
        cells(call, "target_height"),
        cells(call, "target_width"),
        call.channelsFirst());
  }

  private static Integer cells(OperationCall call, String parameter) {
    Setting cells = call.get(parameter);
    return cells.isNull() ? null : Integer.valueOf(cells.integer());
  }
}
