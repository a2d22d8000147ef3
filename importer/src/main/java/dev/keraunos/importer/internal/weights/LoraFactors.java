package dev.keraunos.importer.internal.weights;

import dev.keraunos.importer.internal.archive.StoredArray;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The factors of low rank that {@code enable_lora} of Keras 3 adds to kernels and embeddings.
 * {@code .keras} files hold the sum, {@code .h5} files all three: what a layer computes with is
 * {@code kernel + lora_alpha / lora_rank * a @ b}. Beside quantized weights the factors stay apart.
 */
public final class LoraFactors {
  private static final String PREFIX = "lora_";
  private static final Set<String> FORGETFUL = Set.of("Dense", "Embedding", "ReversibleEmbedding");

  private LoraFactors() {}

  /**
   * The arrays of a layer with every pair of factors added to what it adapts.
   *
   * @param apart takes the factors of quantized weights, and whose they are
   * @throws ModelFileException if a factor has no partner, or shapes do not go together
   */
  static List<StoredArray> merge(
      Saveable layer, List<StoredArray> arrays, BiConsumer<Saveable, StoredArray> apart) {
    if (arrays.stream().noneMatch(array -> array.name().contains(PREFIX))) {
      return new ArrayList<>(arrays);
    }
    Map<String, StoredArray> byName = new LinkedHashMap<>();
    arrays.forEach(array -> byName.put(array.name(), array));
    for (StoredArray a : arrays) {
      int last = a.name().lastIndexOf('/') + 1;
      String variable = a.name().substring(last);
      if (variable.startsWith(PREFIX) && variable.endsWith("_a") && layer.variables().isPresent()) {
        String stem = a.name().substring(0, a.name().length() - 1);
        String adapted =
            a.name().substring(0, last)
                + variable.substring(PREFIX.length(), variable.length() - 2);
        StoredArray b = byName.get(stem + "b");
        StoredArray kernel = byName.get(adapted);
        if (b == null || kernel == null) {
          throw new ModelFileException(
              layer.path(),
              "the factor " + a.name() + " alone",
              a.name() + " beside " + stem + "b and " + adapted,
              "Save the model again.");
        }
        byName.remove(a.name());
        byName.remove(b.name());
        if (kernel.value().dtype().isFloating()) {
          byName.put(adapted, sum(layer, kernel, a.value(), b.value()));
        } else {
          apart.accept(owner(layer, adapted), a);
          apart.accept(owner(layer, adapted), b);
        }
      }
    }
    return new ArrayList<>(byName.values());
  }

  private static StoredArray sum(Saveable layer, StoredArray kernel, Tensor a, Tensor b) {
    Shape shape = kernel.value().shape();
    long rank = b.shape().rank() == 2 ? b.shape().dim(0) : 0;
    boolean fits =
        rank > 0
            && shape.rank() > 1
            && shape.dim(-1) == b.shape().dim(1)
            && shape.with(shape.rank() - 1, rank).equals(a.shape());
    if (!fits) {
      throw new ModelFileException(
          layer.path(),
          "factors of shapes " + a.shape() + " and " + b.shape() + " for " + kernel.name(),
          "factors whose product has its shape, " + shape,
          "");
    }
    double scale = scale(owner(layer, kernel.name()).layer().orElseThrow(), rank);
    double[] left = a.toDoubleArray();
    double[] right = b.toDoubleArray();
    double[] values = kernel.value().toDoubleArray();
    int columns = (int) shape.dim(-1);
    for (int i = 0; i < values.length; i++) {
      double product = 0;
      for (int k = 0; k < rank; k++) {
        product += left[(int) (i / columns * rank + k)] * right[k * columns + i % columns];
      }
      values[i] += scale * product;
    }
    Tensor sum = Tensor.of(values, shape.toArray()).cast(kernel.value().dtype());
    return new StoredArray(kernel.path(), kernel.name(), sum);
  }

  /** The layer that an array belongs to: the innermost one whose name its path has. */
  private static Saveable owner(Saveable layer, String array) {
    List<String> path = Arrays.asList(array.split("/", -1));
    for (Saveable inside : layer.inside().values()) {
      if (inside.layer().isPresent() && path.contains(inside.layer().get().name())) {
        return owner(inside, array);
      }
    }
    return layer;
  }

  /**
   * {@code lora_alpha / lora_rank} of a layer. Dense and Embedding forget their alpha when Keras
   * (to 3.15) loads them.
   */
  public static double scale(LayerSpec layer, long rank) {
    return FORGETFUL.contains(layer.className())
        ? 1
        : layer.config().get("lora_alpha").number(rank) / rank;
  }
}
