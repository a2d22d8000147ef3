package dev.keraunos.importer.internal.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.CallArguments;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.LayerTable;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.table.Site;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.weights.LayerWeights;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.keras.Dialect;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rows without a model around them: a site of our own answers what they ask. */
class CoreLayersTest {
  private static final Tensor KERNEL = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);

  private final GraphBuilder builder = new GraphBuilder();
  private final LayerTable table = KerasLayers.table(ModelRegistry.EMPTY);

  @Test
  void denseIsAProductWithTheKernelOfTheSite() {
    Value x = builder.input("x", new TensorType(DType.FLOAT32, Shape.of(-1, 3)));
    Value y = lower(Masked.unmasked(x)).get(0).value();
    assertEquals(Shape.of(-1, 2), y.shape());
    Op kernel = y.producer().inputs().get(1).producer().op();
    assertSame(KERNEL, ((Op.Constant) kernel).value());
  }

  @Test
  void aCallWithoutTensorsIsRefused() {
    InputException refusal = assertThrows(InputException.class, this::lower);
    assertEquals("its call gives 0 tensors, it takes 1 or more", refusal.getMessage());
  }

  private List<Masked> lower(Masked... inputs) {
    var config = JsonNodeFactory.instance.objectNode().put("units", 2).put("use_bias", false);
    LayerSpec layer =
        new LayerSpec(
            "dense",
            "dense",
            LayerSpec.Kind.LAYER,
            "Dense",
            "Dense",
            "keras.layers",
            config,
            Optional.empty(),
            Optional.empty(),
            Dialect.parse("3.15.0"));
    LayerRow row = table.find(layer).orElseThrow();
    CallArguments given = CallArguments.of(List.of(inputs), false);
    return row.lowering()
        .lower(new RowCall(new Alone(), builder, layer, row, layer.config(), new Weights(), given));
  }

  private final class Alone implements Site {
    @Override
    public boolean takesBatchMoments() {
      return false;
    }

    @Override
    public void normalize(RowCall call, Value x, Tensor mean, Tensor variance, int axis) {
      throw new AssertionError();
    }

    @Override
    public LayerTable table() {
      return table;
    }

    @Override
    public ModelRegistry registry() {
      return ModelRegistry.EMPTY;
    }

    @Override
    public boolean channelsFirst() {
      return false;
    }

    @Override
    public Value constant(GraphBuilder target, Tensor stored, DType type) {
      return target.constant(stored);
    }

    @Override
    public List<Masked> layer(
        GraphBuilder target, LayerSpec layer, LayerWeights weights, CallArguments given) {
      throw new AssertionError("no layer inside");
    }

    @Override
    public void keep(RowCall call, List<Value> before, List<Value> after) {
      throw new AssertionError("no states");
    }

    @Override
    public Value text(RowCall call, Op.Call.Function function, List<Value> operands) {
      throw new AssertionError("no texts");
    }

    @Override
    public void noteLengths(Op.Call.Function lengths, Value texts) {
      throw new AssertionError("no texts");
    }

    @Override
    public boolean hasRaggedRows() {
      return false;
    }

    @Override
    public void noteFunction(Value made) {}

    @Override
    public boolean isOfFunction(Value value) {
      return false;
    }

    @Override
    public void useUpMask(Value tensor) {
      throw new AssertionError("no masks");
    }

    @Override
    public Value draw(RowCall call, Shape shape, boolean normal) {
      throw new AssertionError("no random numbers");
    }

    @Override
    public void measure(LayerSpec layer, String name, boolean isMean, Value value) {
      throw new AssertionError("no metric");
    }

    @Override
    public void report(LayerSpec layer, String problem) {
      throw new AssertionError(problem);
    }
  }

  private static final class Weights implements LayerWeights {
    @Override
    public Optional<String> asset(String name) {
      return Optional.empty();
    }

    @Override
    public Tensor get(String name) {
      assertEquals("kernel", name);
      return KERNEL;
    }

    @Override
    public Optional<String> find(String name) {
      throw new AssertionError(name);
    }

    @Override
    public Set<String> names() {
      return Set.of("kernel");
    }

    @Override
    public LayerWeights child(String attribute) {
      throw new AssertionError(attribute);
    }

    @Override
    public Map<String, Long> parameters() {
      return Map.of();
    }

    @Override
    public LayerWeights layer(String name) {
      throw new AssertionError(name);
    }
  }
}
