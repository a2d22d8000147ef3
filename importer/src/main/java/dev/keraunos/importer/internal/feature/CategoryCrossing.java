package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** tf.keras' layer, up to 2.7, that joins features to texts. */
final class CategoryCrossing {
  static final LayerRow ROW = LayerRow.drops(CategoryCrossing::lower, "CategoryCrossing");

  /** More crosses than anyone makes, and few enough to be held. */
  private static final int MOST = 1 << 16;

  private CategoryCrossing() {}

  private static Value lower(RowCall call) {
    List<Value> features = call.xs(2);
    for (Value feature : features) {
      boolean column = feature.rank() == 1 || (feature.rank() == 2 && feature.shape().dim(1) == 1);
      if (!column || feature.dtype().isFloating()) {
        throw call.gap("it crosses a text or whole number a sample, not " + feature.type());
      }
    }
    List<List<Integer>> crosses = new ArrayList<>();
    for (int depth : depths(call.config().get("depth"), features.size())) {
      choose(features.size(), depth, 0, List.of(), crosses);
      if (crosses.size() > MOST) {
        throw call.gap(
            "it makes more than " + MOST + " crosses of " + features.size() + " features");
      }
    }
    String separator = call.config().get("separator").text("_X_");
    return call.text(new Join(separator, crosses), features.toArray(Value[]::new));
  }

  private static List<Integer> depths(Setting depth, int features) {
    List<Integer> depths = new ArrayList<>();
    if (depth.isList()) {
      depth.list().forEach(one -> depths.add(one.count(-1, 1)));
    } else if (depth.isNull()) {
      depths.add(features);
    } else {
      for (int i = 1; i <= Math.min(depth.integer(), features + 1); i++) {
        depths.add(i);
      }
    }
    if (depths.stream().anyMatch(one -> one > features)) {
      throw depth.unexpected("at most the " + features + " features of the call");
    }
    return depths;
  }

  /** All choices of some features, in order. */
  private static void choose(
      int features, int left, int from, List<Integer> chosen, List<List<Integer>> all) {
    if (left == 0) {
      all.add(chosen);
    }
    for (int i = from; left > 0 && i < features && all.size() <= MOST; i++) {
      List<Integer> more = new ArrayList<>(chosen);
      more.add(i);
      choose(features, left - 1, i + 1, more, all);
    }
  }

  /** A column of joined features for each choice of them. */
  private record Join(String separator, List<List<Integer>> crosses) implements Op.Call.Function {
    @Override
    public TensorType type(List<TensorType> in) {
      return new TensorType(DType.STRING, shape(in.get(0).shape()));
    }

    private Shape shape(Shape feature) {
      return feature.slice(0, 1).concat(Shape.of(crosses.size()));
    }

    @Override
    public Tensor apply(List<Tensor> in) {
      Tensor y = Tensor.allocate(DType.STRING, shape(in.get(0).shape()));
      for (long row = 0; row < y.shape().dim(0); row++) {
        for (int column = 0; column < crosses.size(); column++) {
          List<String> parts = new ArrayList<>();
          for (int feature : crosses.get(column)) {
            parts.add(text(in.get(feature), row));
          }
          y.setString(row * crosses.size() + column, String.join(separator, parts));
        }
      }
      return y;
    }

    private static String text(Tensor x, long row) {
      return x.dtype() == DType.STRING ? x.getString(row) : Long.toString(x.getLong(row));
    }
  }
}
