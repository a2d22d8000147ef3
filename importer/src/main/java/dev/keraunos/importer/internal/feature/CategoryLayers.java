package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.feature.Encoding.Mode;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.Variable;
import dev.keraunos.importer.internal.weights.Variable.Place;
import dev.keraunos.keras.Quirk;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Layers of numbers that make or take categories without a table of tokens. */
final class CategoryLayers {
  private static final List<Mode> COUNTS = List.of(Mode.COUNT, Mode.ONE_HOT, Mode.MULTI_HOT);
  private static final List<Mode> OLD_COUNTS = List.of(Mode.COUNT, Mode.MULTI_HOT, Mode.TF_IDF);
  private static final List<Mode> ALL = List.of(Mode.INT, Mode.COUNT, Mode.ONE_HOT, Mode.MULTI_HOT);

  private static final String BINS = "bins";

  static final List<LayerRow> ROWS =
      List.of(
          LayerRow.passesInKeras3(CategoryLayers::encode, "CategoryEncoding")
              .weight("idf", false, CategoryLayers::isWeighed),
          LayerRow.passesInKeras3(CategoryLayers::discretize, "Discretization")
              .weight(BINS, false, CategoryLayers::keepsBins)
              .weight(summary(Place.BY_LAYER), CategoryLayers::summarizes)
              .weight(summary(Place.V3_UNREAD), CategoryLayers::summarizes)
              .ignores("epsilon", "num_bins"),
          LayerRow.passesInKeras3(CategoryLayers::hash, "Hashing"),
          LayerRow.drops(CategoryLayers::cross, "HashedCrossing"));

  private CategoryLayers() {}

  /** One-hot, multi-hot or counted categories. */
  private static Value encode(RowCall call) {
    boolean columns = call.dialect().has(Quirk.CATEGORIES_ARE_COLUMNS);
    Mode mode = Encoding.mode(call, Mode.MULTI_HOT, columns ? OLD_COUNTS : COUNTS);
    int depth = call.config().get("num_tokens", "max_tokens").count(-1, 1);
    List<Value> weights = new ArrayList<>();
    call.inputs("count_weights").forEach(w -> weights.add(Ops.cast(w.value(), call.computeType())));
    boolean keras3 = call.dialect().has(Quirk.CATEGORIES_OF_ANY_RANK);
    Encoding encoding =
        new Encoding(call, mode, depth, keras3 ? call.variableType() : call.computeType())
            .inKeras();
    Value x = whole(call.input(0).value());
    if (columns && x.rank() == 1) {
      x = Ops.expandDims(x, 1);
    }
    if (mode == Mode.TF_IDF) {
      Value counts = new Encoding(call, Mode.COUNT, depth, call.computeType()).of(x, null);
      return Ops.multiply(counts, call.weight("idf", depth));
    }
    boolean limited = call.dialect().has(Quirk.CATEGORIES_MUST_BE_IN_RANGE);
    if (limited || encoding.refusesNegatives(x)) {
      x = Encoding.checked(call, x, limited ? depth + (columns ? 1 : 0) : Long.MAX_VALUE);
    }
    return encoding.of(x, weights.isEmpty() ? null : weights.get(0));
  }

  private static boolean isWeighed(Config config) {
    return config.get("output_mode").text("").equals("tf-idf");
  }

  private static Value whole(Value x) {
    return x.dtype().isInteger() ? x : Ops.cast(x, DType.INT64);
  }

  /** The number of boundaries that are not above, in float32. */
  private static Value discretize(RowCall call) {
    Mode mode = Encoding.mode(call, Mode.INT, ALL);
    double[] boundaries = boundaries(call);
    boolean rounds = call.dialect().has(Quirk.BINS_ARE_OF_FLOAT32);
    Value given = rounds ? call.input(0).value() : call.x();
    Value x = call.castsData() ? cast(given, call.computeType()) : given;
    Value number = x.dtype() == DType.FLOAT64 && !rounds ? x : Ops.cast(x, DType.FLOAT32);
    Tensor sorted = Tensor.of(boundaries, boundaries.length).cast(DType.FLOAT32);
    boolean rightClosed = call.dialect().has(Quirk.BINS_ARE_RIGHT_CLOSED);
    Value bins =
        rightClosed
            ? SortedSearch.below(number, sorted.cast(number.dtype()))
            : SortedSearch.notAbove(number, sorted.cast(number.dtype()));
    boolean narrow = rightClosed || call.dialect().has(Quirk.BINS_ARE_INT32);
    DType type = mode == Mode.INT && narrow ? DType.INT32 : Encoding.type(mode, call.computeType());
    return new Encoding(call, mode, boundaries.length + 1, type).inKeras().of(bins, null);
  }

  /** As TensorFlow casts: what no integer of the type can be, NaN too, is the least of them. */
  private static Value cast(Value x, DType type) {
    if (!type.isInteger() || !x.dtype().isFloating()) {
      return Ops.cast(x, type);
    }
    Value number = Ops.cast(x, DType.FLOAT32);
    double limit = Math.scalb(1.0, 8 * type.bytes() - 1);
    return Ops.where(Ops.less(Ops.absolute(number), limit), Ops.trunc(number), -limit);
  }

  private static Variable summary(Place place) {
    return new Variable(Quantiles.SUMMARY, false, place);
  }

  private static boolean keepsBins(Config config, LayerSpec layer) {
    return layer.dialect().has(Quirk.BINS_ARE_VARIABLES);
  }

  /** Whether the file has what the bins were made from, and not the bins. */
  private static boolean summarizes(Config config, LayerSpec layer) {
    return layer.dialect().has(Quirk.SAVES_WHAT_BINS_WERE_MADE_FROM)
        && config.get("bin_boundaries", "bins").isNull();
  }

  private static double[] boundaries(RowCall call) {
    Setting given = call.config().get("bin_boundaries", "bins");
    if (keepsBins(call.config(), call.layer())) { // the last one is infinity
      double[] ends = call.weights().get(BINS).toDoubleArray();
      return Arrays.copyOf(ends, Math.max(ends.length - 1, 0));
    }
    if (summarizes(call.config(), call.layer())) {
      return call.weights().names().contains(Quantiles.SUMMARY)
          ? Quantiles.boundaries(
              call.weights().get(Quantiles.SUMMARY), call.config().get("num_bins").count(-1, 1))
          : new double[0];
    }
    if (given.isNull()) {
      throw given.unexpected("a list of boundaries: the layer was not adapted before it was saved");
    }
    double[] boundaries = given.numbers();
    for (int i = 1; i < boundaries.length; i++) {
      if (!(boundaries[i - 1] <= boundaries[i])) {
        throw given.unexpected("ascending numbers");
      }
    }
    return boundaries;
  }

  /** The bucket of a text or of a number in decimal; the first is that of the masked value. */
  private static Value hash(RowCall call) {
    Mode mode = Encoding.mode(call, Mode.INT, ALL);
    int bins = call.config().get("num_bins").count(-1, 1);
    if (call.inputs().size() > 1) {
      throw call.gap("a Hashing of several features at once is not supported");
    }
    boolean keras3 = call.dialect().has(Quirk.CATEGORIES_OF_ANY_RANK);
    Value x = call.input(0).value();
    Setting masked = call.config().get("mask_value");
    boolean masks = !masked.isNull() && bins > 1;
    Buckets buckets = Buckets.of(masks ? bins - 1 : bins, call.config().get("salt"));
    Value bin =
        x.dtype() == DType.STRING
            ? ofTexts(call, buckets, masks, x)
            : ofNumbers(call, buckets, masks, x);
    boolean column = keras3 && mode == Mode.ONE_HOT && x.rank() > 1 && x.shape().dim(-1) == 1;
    DType type = keras3 ? call.variableType() : Encoding.type(mode, call.computeType());
    return new Encoding(call, mode, bins, type).of(column ? Ops.squeeze(bin, -1) : bin, null);
  }

  private static Value ofTexts(RowCall call, Buckets buckets, boolean masks, Value x) {
    String mask = masks ? call.config().get("mask_value").text() : null;
    return call.text(
        TextFunction.numbers(text -> text.equals(mask) ? 0 : buckets.of(text) + (masks ? 1 : 0)),
        x);
  }

  private static Value ofNumbers(RowCall call, Buckets buckets, boolean masks, Value x) {
    boolean floating = x.dtype().isFloating();
    if (floating && !call.dialect().has(Quirk.CATEGORIES_OF_ANY_RANK)) {
      throw call.gap("it hashes whole numbers and texts, not " + x.dtype());
    }
    Op hash = new Op.Call(new DecimalHash(buckets));
    Value bin = Ops.apply(hash, floating ? whole(x) : x).get(0);
    return masks
        ? Ops.where(Ops.equal(x, call.config().get("mask_value").number()), 0, Ops.add(bin, 1))
        : bin;
  }

  /** The bucket of several features together. */
  private static Value cross(RowCall call) {
    Mode mode = Encoding.mode(call, Mode.INT, List.of(Mode.INT, Mode.ONE_HOT));
    int bins = call.config().get("num_bins").count(-1, 1);
    List<Value> features = new ArrayList<>();
    for (Value x : call.xs(2)) {
      if (x.rank() > 2 || (x.rank() == 2 && x.shape().dim(-1) != 1)) {
        throw call.gap("it crosses one feature a sample, not those of the shape " + x.shape());
      }
      features.add(whole(call, x));
    }
    Value bin = Ops.apply(new Op.Call(new CrossHash(bins)), features.toArray(Value[]::new)).get(0);
    return new Encoding(call, mode, bins, call.computeType()).of(bin, null);
  }

  private static Value whole(RowCall call, Value x) {
    if (x.dtype() == DType.STRING) {
      return call.text(
          TextFunction.numbers(text -> Fingerprint.of(text.getBytes(StandardCharsets.UTF_8))), x);
    }
    if (!x.dtype().isInteger()) {
      throw call.gap("it crosses whole numbers and texts, not " + x.dtype());
    }
    return Ops.cast(x, DType.INT64);
  }
}
