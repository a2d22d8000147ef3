package dev.keraunos.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Executable;
import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.engine.onednn.internal.OneDnnEngine;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.OpCases;
import dev.keraunos.testing.OpCases.Case;
import dev.keraunos.testing.Tolerance;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Recorded operations with one attribute, or the type of one input, replaced by anything: both
 * engines refuse it with a sentence, or both compute the same.
 */
class OpAttributesTest {
  private static final int CHANGES = 16;

  /** Results with more elements are not computed. */
  private static final long MOST_ELEMENTS = 1 << 20;

  private static final long[] WHOLE = {
    -1, 0, 1, 2, 3, 7, -2, 1 << 20, 1 << 24, Integer.MAX_VALUE, Integer.MIN_VALUE
  };

  private static final double[] REAL = {-1, 0, 1, 0.5, -0.0, 1e-30, Double.NaN, -1e300};

  /** What an engine made of an operation: results, or none if it was refused. */
  private record Outcome(Optional<List<Tensor>> results) {}

  @TestFactory
  Stream<DynamicTest> enginesAgreeOnWhatTheyRefuse() {
    return OpCases.all().stream()
        .map(recorded -> DynamicTest.dynamicTest(recorded.name(), () -> change(recorded)));
  }

  private static void change(Case recorded) {
    Random random = new Random(recorded.name().hashCode());
    for (int i = 0; i < CHANGES; i++) {
      try {
        if (random.nextBoolean() || recorded.inputs().isEmpty()) {
          check((Op) changed(recorded.op(), random), recorded.inputs());
        } else {
          check(recorded.op(), changed(recorded.inputs(), random));
        }
      } catch (KeraunosException e) {
        assertTrue(e.getMessage().length() > 5, e::toString);
      }
    }
  }

  private static void check(Op op, List<Tensor> inputs) {
    String what = op + " of " + inputs.stream().map(TensorType::of).toList();
    Graph graph;
    try {
      graph = graph(op, inputs);
    } catch (KeraunosException e) {
      return;
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
    if (graph.outputs().values().stream().anyMatch(v -> v.shape().size() > MOST_ELEMENTS)) {
      return;
    }
    Outcome expected = run(new ReferenceEngine(), graph, inputs, what);
    Outcome actual = run(new OneDnnEngine(), graph, inputs, what);
    assertEquals(expected.results().isPresent(), actual.results().isPresent(), what);
    for (int i = 0; i < expected.results().map(List::size).orElse(0); i++) {
      Tensor wanted = expected.results().get().get(i);
      Tensor got = actual.results().get().get(i);
      Tolerance.STEPS.check(wanted, got, what);
    }
  }

  private static Graph graph(Op op, List<Tensor> inputs) {
    GraphBuilder builder = new GraphBuilder();
    List<Value> operands = new ArrayList<>();
    for (Tensor tensor : inputs) {
      boolean kernel =
          (op instanceof Op.Conv || op instanceof Op.ConvTranspose) && operands.size() == 1;
      operands.add(
          kernel
              ? builder.constant(tensor)
              : builder.input("in" + operands.size(), TensorType.of(tensor)));
    }
    Map<String, Value> outputs = new LinkedHashMap<>();
    builder.apply(op, operands).forEach(value -> outputs.put("out" + outputs.size(), value));
    return builder.build(outputs);
  }

  private static Outcome run(Engine engine, Graph graph, List<Tensor> all, String what) {
    List<Tensor> inputs = all.subList(0, graph.inputs().size());
    try (Executable executable = engine.compile(graph, 1)) {
      return new Outcome(Optional.of(executable.run(inputs)));
    } catch (KeraunosException e) {
      return new Outcome(Optional.empty());
    } catch (RuntimeException e) {
      throw new AssertionError(engine.name() + ": " + what, e);
    }
  }

  // ---- Changes

  private static Object changed(Object value, Random random) {
    if (value instanceof Integer) {
      return (int) WHOLE[random.nextInt(WHOLE.length)];
    } else if (value instanceof Long) {
      return WHOLE[random.nextInt(WHOLE.length)];
    } else if (value instanceof Double) {
      return REAL[random.nextInt(REAL.length)];
    } else if (value instanceof Boolean flag) {
      return !flag;
    } else if (value instanceof Enum<?> constant) {
      Object[] all = constant.getDeclaringClass().getEnumConstants();
      return all[random.nextInt(all.length)];
    } else if (value instanceof Dim) {
      long size = WHOLE[random.nextInt(WHOLE.length)];
      return random.nextBoolean()
          ? Dim.of(size).get(0)
          : new Dim.Same(random.nextInt(3) - 1, random.nextInt(6) - 1);
    } else if (value instanceof Range) {
      return new Range(bound(random), bound(random), WHOLE[random.nextInt(WHOLE.length)]);
    } else if (value instanceof List<?> list) {
      return changedList(list, random);
    }
    return value instanceof Record ? changedRecord(value, random) : value;
  }

  private static Long bound(Random random) {
    return random.nextBoolean() ? null : WHOLE[random.nextInt(WHOLE.length)];
  }

  private static List<Object> changedList(List<?> list, Random random) {
    List<Object> changed = new ArrayList<>(list);
    if (changed.isEmpty()) {
      return changed;
    }
    int at = random.nextInt(changed.size());
    switch (random.nextInt(4)) {
      case 0 -> changed.remove(at);
      case 1 -> changed.add(changed.get(at));
      default -> changed.set(at, changed(changed.get(at), random));
    }
    return changed;
  }

  private static Object changedRecord(Object value, Random random) {
    RecordComponent[] components = value.getClass().getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    int at = components.length == 0 ? 0 : random.nextInt(components.length);
    try {
      Object[] values = new Object[components.length];
      for (int i = 0; i < values.length; i++) {
        Object old = components[i].getAccessor().invoke(value);
        values[i] = i == at ? changed(old, random) : old;
      }
      Constructor<?> constructor = value.getClass().getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof KeraunosException refused) {
        throw refused;
      }
      throw new AssertionError(value.toString(), e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(value.toString(), e);
    }
  }

  /** One input of another shape or type, filled anew. */
  private static List<Tensor> changed(List<Tensor> inputs, Random random) {
    List<Tensor> changed = new ArrayList<>(inputs);
    int at = random.nextInt(inputs.size());
    Tensor old = inputs.get(at);
    Shape shape = old.shape();
    DType dtype = old.dtype();
    switch (random.nextInt(4)) {
      case 0 -> shape = shape.insert(random.nextInt(shape.rank() + 1), random.nextInt(3));
      case 1 -> shape = shape.rank() == 0 ? shape : shape.without(random.nextInt(shape.rank()));
      case 2 -> dtype = DType.values()[random.nextInt(DType.values().length)];
      default ->
          shape =
              shape.rank() == 0
                  ? Shape.of(2)
                  : shape.with(random.nextInt(shape.rank()), random.nextInt(5));
    }
    Tensor tensor = Tensor.zeros(dtype, shape.toArray());
    for (long i = 0; i < tensor.size(); i++) {
      tensor.setDouble(i, dtype.isFloating() ? random.nextGaussian() / 16 : random.nextInt(3));
    }
    changed.set(at, tensor);
    return changed;
  }

  /** Changes that are all refused, or all taken, would prove little. */
  @Test
  void someAreTakenAndSomeRefused() {
    int taken = 0;
    int refused = 0;
    Random random = new Random(1);
    for (Case recorded : OpCases.all()) {
      try {
        graph((Op) changed(recorded.op(), random), recorded.inputs());
        taken++;
      } catch (KeraunosException e) {
        refused++;
      }
    }
    int fewest = Math.min(taken, refused);
    assertTrue(fewest > OpCases.all().size() / 8, () -> "only " + fewest);
  }
}
