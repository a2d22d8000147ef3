package dev.keraunos.images;

import dev.keraunos.engine.Engines;
import dev.keraunos.engine.Executable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.images.Stored.Mode;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * A picture on its way into a model, in Keras' order: colours ({@link #rgb}, which is the default,
 * {@link #gray}, {@link #rgba}) and {@link #resize} as {@code keras.utils.load_img} has them, in
 * whole pixels; then {@link #interpolate}, {@link #smartResize}, {@link #scale} and {@link
 * #preprocess} as functions of {@code img_to_array}, in float32. Immutable and thread-safe.
 */
public final class Picture {
  /** From this version on Pillow resizes columns first where that is less work. */
  private static final int COLUMNS_FIRST = 13;

  private static final float WHITE = 255;
  private static final float GRAY = 127.5f;
  private static final float[] TORCH_MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] TORCH_DEVIATION = {0.229f, 0.224f, 0.225f};
  private static final float[] CAFFE_MEAN = {103.939f, 116.779f, 123.68f};

  /** What {@code img_to_array} makes of a picture. */
  private record Reals(int height, int width, int channels, float[] values) {}

  /** How a picture is handled. */
  private record Ways(boolean coloured, boolean channelsFirst, int pillow) {}

  /** One of them is null: whole pixels until something is computed. */
  private final Stored stored;

  private final Reals reals;
  private final Ways ways;

  Picture(Stored stored) {
    this(stored, null, new Ways(false, false, COLUMNS_FIRST));
  }

  private Picture(Stored stored, Reals reals, Ways ways) {
    this.stored = stored;
    this.reals = reals;
    this.ways = ways;
  }

  /** In pixels. */
  public int height() {
    return stored == null ? reals.height : stored.height();
  }

  /** In pixels. */
  public int width() {
    return stored == null ? reals.width : stored.width();
  }

  /** 1, 3 or 4. */
  public int channels() {
    return stored == null ? reals.channels : pixels("have channels").mode().bands();
  }

  /** {@code color_mode="rgb"}, which holds where none is chosen; alpha is dropped. */
  public Picture rgb() {
    return coloured(Mode.RGB);
  }

  /**
   * {@code color_mode="grayscale"}: the luma of colours. Gray of 16 bits stays as it is, up to
   * 65535, as in Keras.
   */
  public Picture gray() {
    return coloured(Mode.GRAY);
  }

  /** {@code color_mode="rgba"}. */
  public Picture rgba() {
    return coloured(Mode.RGBA);
  }

  private Picture coloured(Mode mode) {
    requireStored("change their colours");
    return new Picture(stored.to(mode), null, new Ways(true, ways.channelsFirst, ways.pillow));
  }

  /**
   * Resizes as that major version of Pillow does, from 4 on. Before 13, rows come first always;
   * since then columns do where the height shrinks by more than twice what the width shrinks by,
   * and there some pixels differ by a rounding.
   */
  public Picture pillow(int version) {
    if (version < 4) {
      throw new InputException("Pillow " + version + " resizes by other rules; from 4 on");
    }
    return new Picture(stored, reals, new Ways(ways.coloured, ways.channelsFirst, version));
  }

  /**
   * {@code load_img(target_size=(height, width), interpolation=how)}: bit for bit what Pillow
   * gives.
   *
   * @throws InputException after {@link #scale} and the like, or for a size below 1
   */
  public Picture resize(int height, int width, Resampling how) {
    requireStored("be resized so; resize them first, or use interpolate");
    return resized(height, width, how, new Resizer.Box(0, 0, width(), height()));
  }

  /**
   * {@code load_img(target_size=(height, width), interpolation=how, keep_aspect_ratio=True)}: the
   * middle of the picture, as large as it can be in the new proportions, resized.
   *
   * @throws InputException as {@link #resize}
   */
  public Picture resizeKeepingAspectRatio(int height, int width, Resampling how) {
    requireStored("be resized so; resize them first, or use smartResize");
    requireSize(height, width);
    int rows = (int) Math.min(height(), (long) width() * height / width);
    int columns = (int) Math.min(width(), (long) height() * width / height);
    int top = (height() - rows) / 2;
    int left = (width() - columns) / 2;
    return resized(height, width, how, new Resizer.Box(left, top, columns, rows));
  }

  private Picture resized(int height, int width, Resampling how, Resizer.Box box) {
    requireSize(height, width);
    Stored pixels = pixels("be resized");
    boolean same = height == height() && width == width();
    boolean rowsFirst = ways.pillow < COLUMNS_FIRST;
    Stored result =
        same ? pixels : new Resizer(pixels, height, width, how, box, rowsFirst).resized();
    return new Picture(result, null, new Ways(true, ways.channelsFirst, ways.pillow));
  }

  private void requireSize(int height, int width) {
    if (height < 1 || width < 1) {
      throw new InputException(
          "a picture of height " + height + " and width " + width + "; both should be 1 or more");
    }
    Stored.requireArray(width, height, channels());
  }

  private void requireStored(String what) {
    if (stored == null) {
      throw new InputException(
          "pixels that were computed with are no whole numbers any more and cannot " + what);
    }
  }

  private Stored pixels(String what) {
    requireStored(what);
    return ways.coloured ? stored : stored.to(Mode.RGB);
  }

  /** {@code tf.image.resize} and {@code keras.ops.image.resize}, without antialiasing. */
  public Picture interpolate(int height, int width, Interpolation how) {
    return interpolate(height, width, how, false);
  }

  /**
   * {@code tf.image.resize} and {@code keras.ops.image.resize} of float32, to within a few
   * roundings of it: what the layer {@code Resizing} and {@code image_dataset_from_directory} do.
   */
  public Picture interpolate(int height, int width, Interpolation how, boolean antialias) {
    requireSize(height, width);
    return interpolated(
        height, width, x -> Ops.resize(x, List.of(height, width), how, antialias, false));
  }

  /**
   * {@code keras.preprocessing.image.smart_resize}: the middle of the picture, as large as it can
   * be in the new proportions, interpolated.
   */
  public Picture smartResize(int height, int width, Interpolation how) {
    requireSize(height, width);
    int rows = part(height(), width(), height, width);
    int columns = part(width(), height(), width, height);
    int top = (height() - rows) / 2;
    int left = (width() - columns) / 2;
    return interpolated(
        height,
        width,
        x -> {
          Value cut = Ops.sliceAxis(x, 0, Range.of(top, top + rows));
          Value middle = Ops.sliceAxis(cut, 1, Range.of(left, left + columns));
          return Ops.resize(middle, List.of(height, width), how, false, false);
        });
  }

  /** The length that goes with another as two wanted ones do, if there is so much. */
  private static int part(int length, int other, int wanted, int otherWanted) {
    return (int) Math.max(Math.min(length, (double) ((long) other * wanted) / otherWanted), 1);
  }

  private interface Step {
    Value apply(Value pixels);
  }

  private Picture interpolated(int height, int width, Step step) {
    Reals x = reals();
    GraphBuilder builder = new GraphBuilder();
    Shape shape = Shape.of(x.height, x.width, x.channels);
    Value y = step.apply(builder.input("x", new TensorType(DType.FLOAT32, shape)));
    Graph graph = builder.build(Map.of("y", y));
    try (Executable resize = Engines.named(Engines.PLAIN_JAVA).compile(graph, 1);
        Tensor given = Tensor.of(x.values, x.height, x.width, x.channels);
        Tensor result = resize.run(List.of(given)).get(0)) {
      return computed(new Reals(height, width, x.channels, result.toFloatArray()));
    }
  }

  /** Every value times a factor, plus an offset: the layer {@code Rescaling}. */
  public Picture scale(float factor, float offset) {
    return changed((value, channel) -> value * factor + offset);
  }

  /** {@code preprocess_input(mode="tf")}: from -1 to 1. */
  public Picture tf() {
    return changed((value, channel) -> value / GRAY - 1);
  }

  /**
   * {@code preprocess_input(mode="torch")}: from 0 to 1, less ImageNet's mean, by its deviation.
   */
  public Picture torch() {
    requireColours("torch");
    return changed((value, c) -> (value / WHITE - TORCH_MEAN[c]) / TORCH_DEVIATION[c]);
  }

  /** {@code preprocess_input(mode="caffe")}: blue, green and red, less ImageNet's mean. */
  public Picture caffe() {
    requireColours("caffe");
    float[] values = reals().values.clone();
    for (int i = 0; i < values.length; i += 3) {
      float red = values[i];
      values[i] = values[i + 2];
      values[i + 2] = red;
    }
    return computed(new Reals(height(), width(), 3, values))
        .changed((value, channel) -> value - CAFFE_MEAN[channel]);
  }

  private void requireColours(String mode) {
    if (channels() != 3) {
      throw new InputException(
          "preprocess_input of mode "
              + mode
              + " takes 3 channels, the picture has "
              + channels()
              + "; call rgb() first");
    }
  }

  /** {@code keras.applications.FAMILY.preprocess_input}. */
  public Picture preprocess(Application family) {
    return switch (family.mode()) {
      case NONE -> computed(reals());
      case TF -> tf();
      case TORCH -> torch();
      case CAFFE -> caffe();
    };
  }

  /** The same picture, but that arrays and tensors have channels before height and width. */
  public Picture channelsFirst() {
    return new Picture(stored, reals, new Ways(ways.coloured, true, ways.pillow));
  }

  private interface Change {
    float apply(float value, int channel);
  }

  private Picture changed(Change change) {
    Reals x = reals();
    float[] values = new float[x.values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = change.apply(x.values[i], i % x.channels);
    }
    return computed(new Reals(x.height, x.width, x.channels, values));
  }

  private Picture computed(Reals result) {
    return new Picture(null, result, ways);
  }

  private Reals reals() {
    if (reals != null) {
      return reals;
    }
    Stored pixels = pixels("be read");
    int channels = pixels.mode().bands();
    Stored.requireArray(width(), height(), channels);
    int[] line = pixels.line();
    float[] values = new float[line.length * height()];
    for (int y = 0; y < height(); y++) {
      pixels.read(y, line);
      for (int at = 0; at < line.length; at++) {
        values[y * line.length + at] = line[at];
      }
    }
    return new Reals(height(), width(), channels, values);
  }

  /** All values, row by row, the channels of a pixel side by side unless they come first. */
  public float[] toArray() {
    Reals x = reals();
    if (!ways.channelsFirst) {
      return x.values.clone();
    }
    float[] values = new float[x.values.length];
    int plane = x.height * x.width;
    for (int i = 0; i < values.length; i++) {
      values[i % x.channels * plane + i / x.channels] = x.values[i];
    }
    return values;
  }

  /** A batch of this picture: float32 (1, height, width, channels), or (1, channels, ...). */
  public Tensor toTensor() {
    float[] values = toArray();
    return ways.channelsFirst
        ? Tensor.of(values, 1, channels(), height(), width())
        : Tensor.of(values, 1, height(), width(), channels());
  }

  @Override
  public String toString() {
    return "picture of " + height() + " x " + width() + " pixels";
  }
}
