package dev.keraunos.hub.internal.models;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An image on its way through a model.
 *
 * @param format {@code channels_last} or {@code channels_first}
 * @param x the tensor
 * @param channels how many it has
 */
record Picture(Draft draft, String format, Tensor x, int channels) {
  /** The input of a model that takes one image. */
  static Picture input(Draft draft, String shapeKey) {
    return input(draft, shapeKey, "input_layer");
  }

  /** The same by a name. */
  static Picture input(Draft draft, String shapeKey, String name) {
    String format = draft.config().get("data_format").text("channels_last");
    JsonNode shape = draft.config().get(shapeKey).json();
    List<Integer> dims = new ArrayList<>();
    if (shape.isArray()) {
      shape.forEach(dim -> dims.add(dim.isNull() ? null : Integer.valueOf(dim.asInt())));
    } else {
      dims.addAll(Arrays.asList(null, null, 3));
    }
    Tensor image = draft.model().input(name, "float32", dims.toArray(new Integer[0]));
    draft.model().takesTensor();
    Integer channels = dims.get(format.equals("channels_last") ? dims.size() - 1 : 0);
    return new Picture(draft, format, image, channels == null ? -1 : channels);
  }

  int axis() {
    return format.equals("channels_last") ? -1 : 1;
  }

  Picture with(Tensor other, int count) {
    return new Picture(draft, format, other, count);
  }

  /** Through a layer that keeps the channels. */
  Picture through(String className, String name, Object... settings) {
    return with(draft.model().layer(className, name, settings).of(x), channels);
  }

  /** A square convolution. */
  Picture conv(String name, int filters, int kernel, int strides, String padding, Object... more) {
    List<Object> settings =
        new ArrayList<>(
            List.of(
                "filters",
                filters,
                "kernel_size",
                List.of(kernel, kernel),
                "strides",
                List.of(strides, strides),
                "padding",
                padding,
                "data_format",
                format));
    settings.addAll(Arrays.asList(more));
    return with(draft.model().layer("Conv2D", name, settings.toArray()).of(x), filters);
  }

  /** The same without a bias. */
  Picture linear(String name, int filters, int kernel, int strides, String padding) {
    return conv(name, filters, kernel, strides, padding, "use_bias", false);
  }

  Picture norm(String name, double epsilon) {
    return through("BatchNormalization", name, "axis", axis(), "epsilon", epsilon);
  }

  Picture activation(String name, Object activation) {
    return through("Activation", name, "activation", activation);
  }

  Picture pad(String name, int by) {
    return through(
        "ZeroPadding2D",
        name,
        "padding",
        List.of(List.of(by, by), List.of(by, by)),
        "data_format",
        format);
  }

  Picture pool(String className, String name, int size, int strides, String padding) {
    return through(
        className,
        name,
        "pool_size",
        List.of(size, size),
        "strides",
        List.of(strides, strides),
        "padding",
        padding,
        "data_format",
        format);
  }

  Picture add(String name, Picture other) {
    return with(draft.model().layer("Add", name).ofList(other.x, x), channels);
  }

  Picture concat(String name, Picture... behind) {
    List<Tensor> all = new ArrayList<>(List.of(x));
    int sum = channels;
    for (Picture other : behind) {
      all.add(other.x);
      sum += other.channels;
    }
    Tensor joined =
        draft.model().layer("Concatenate", name, "axis", axis()).ofList(all.toArray(new Tensor[0]));
    return with(joined, sum);
  }

  /** Pads with -inf, so that a maximum does not see it. */
  Picture padLow() {
    boolean last = format.equals("channels_last");
    List<List<Integer>> width =
        last
            ? List.of(List.of(0, 0), List.of(1, 1), List.of(1, 1), List.of(0, 0))
            : List.of(List.of(0, 0), List.of(0, 0), List.of(1, 1), List.of(1, 1));
    Tensor padded =
        draft
            .model()
            .op(
                "Pad",
                List.of(x),
                java.util.Map.of("constant_values", Double.NEGATIVE_INFINITY),
                "pad_width",
                width,
                "mode",
                "constant");
    return with(padded, channels);
  }
}
