package dev.keraunos;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Executable;
import dev.keraunos.engine.StepTime;
import dev.keraunos.engine.internal.BoundedExecutable;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Value;
import dev.keraunos.graph.internal.pass.Passes;
import dev.keraunos.importer.internal.ImportedModel;
import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.internal.prediction.Draws;
import dev.keraunos.internal.prediction.KeptStates;
import dev.keraunos.internal.prediction.RaggedRows;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The values of a model by name, and what computes them: compiled once for those asked for. */
final class Computations implements AutoCloseable {
  private final ImportedModel imported;
  private final LoweredModel lowered;
  private final Engine engine;
  private final int threads;
  private final boolean optimize;
  private final long seed;
  private final Map<List<String>, Executable> executables = new ConcurrentHashMap<>();
  private final AtomicLong calls = new AtomicLong();

  Computations(ImportedModel imported, Engine engine, int threads, boolean optimize, long seed) {
    this.imported = imported;
    this.lowered = imported.lowered();
    this.engine = engine;
    this.threads = threads;
    this.optimize = optimize;
    this.seed = seed;
  }

  /**
   * Outputs and layers by name, as {@link KerasModel#predict(Map, java.util.Collection)} has it.
   */
  Map<String, Value> values(List<String> wanted) {
    Map<String, Value> values = new LinkedHashMap<>();
    wanted.forEach(name -> values.put(name, value(name)));
    return values;
  }

  /**
   * An output or a layer.
   *
   * @throws InputException if there is none of this name
   */
  Value value(String name) {
    Value output = lowered.outputs().get(name);
    if (output != null) {
      return output;
    }
    int colon = name.lastIndexOf(':');
    boolean numbered = colon > 0 && name.substring(colon + 1).matches("\\d{1,3}");
    String path = numbered ? name.substring(0, colon) : name;
    int index = numbered ? Integer.parseInt(name.substring(colon + 1)) : 0;
    List<Value> values = lowered.layerOutputs().get(path);
    if (values == null || index >= values.size()) {
      throw new InputException(
          "'"
              + name
              + "' is neither an output "
              + lowered.outputs().keySet()
              + " nor a layer "
              + lowered.layerOutputs().keySet());
    }
    return values.get(index);
  }

  /** Whether the graph takes what no caller gives: states or random numbers. */
  boolean takesMore() {
    return !lowered.states().isEmpty() || !lowered.draws().isEmpty();
  }

  /** The values of a call that takes the states before it and leaves those after it. */
  List<Tensor> run(Map<String, Value> wanted, List<Tensor> inputs, KeptStates states) {
    if (!lowered.hasTexts()) {
      return predictor(wanted, states).run(inputs);
    }
    List<String> names = List.copyOf(wanted.keySet());
    return RaggedRows.run(lowered, inputs, names, samples -> withTexts(wanted, samples, states));
  }

  private List<Tensor> withTexts(
      Map<String, Value> wanted, List<Tensor> inputs, KeptStates states) {
    TextRun texts = new TextRun(lowered, inputs);
    return texts.results(wanted, values -> predictor(values, states).run(texts.inputs()));
  }

  /** What computes these values for one call, from these states on. */
  Predictor predictor(Map<String, Value> selected, KeptStates kept) {
    if (selected.isEmpty()) {
      throw new InputException(
          "nothing is asked for"
              + (lowered.outputs().isEmpty() ? ", and the model has no outputs" : "")
              + "; ask for outputs or for layers, which are "
              + lowered.layerOutputs().keySet());
    }
    Draws draws =
        lowered.draws().isEmpty() ? Draws.NONE : new Draws(lowered, seed + calls.getAndIncrement());
    List<LoweredModel.State> states = lowered.states();
    if (states.isEmpty()) {
      return Predictor.stateless(executable(selected), selected.size(), draws);
    }
    Map<String, Value> all = Predictor.withStates(selected, states);
    List<String> continued = new ArrayList<>(all.keySet());
    continued.add("continued");
    long batch =
        imported.topology().inputs().get(0).batchShape().map(shape -> shape.dim(0)).orElse(-1L);
    return new Predictor(
        executable(all),
        executables.computeIfAbsent(
            continued, names -> compile(Predictor.continued(lowered.graph().select(all), states))),
        selected.size(),
        batch,
        kept,
        draws);
  }

  /** See {@link KerasModel#profile}. */
  List<StepTime> profile(List<Tensor> inputs, int runs) {
    if (lowered.hasTexts() || takesMore()) {
      throw new InputException(
          "a model that takes texts, keeps states or draws random numbers cannot be profiled");
    }
    return executable(lowered.outputs()).profile(inputs, runs);
  }

  /** What computes these values, compiled once. */
  Executable executable(Map<String, Value> selected) {
    return executables.computeIfAbsent(
        List.copyOf(selected.keySet()), names -> compile(lowered.graph().select(selected)));
  }

  /**
   * The graph of these values, for those who write it elsewhere.
   *
   * @throws InputException if layers take texts or random numbers
   */
  Graph exported(List<String> wanted) {
    if (lowered.hasTexts()) {
      throw new InputException(
          "the model has layers of texts, which run before its graph; allowed: models of"
              + " numbers, such as this one without those layers");
    }
    if (!lowered.draws().isEmpty()) {
      throw new InputException(
          lowered.drawingLayers()
              + " draw random numbers at every call; allowed: models that give the same at"
              + " every call, such as this one with training=False there");
    }
    return optimized(lowered.graph().select(values(wanted)));
  }

  /** See {@link KerasModel#precision}. */
  DType precision() {
    return lowered.graph().nodes().stream()
        .flatMap(node -> node.outputs().stream())
        .map(Value::dtype)
        .filter(DType::isFloating)
        .min(Comparator.comparing(DType::bytes).thenComparing(type -> type != DType.BFLOAT16))
        .orElse(DType.FLOAT32);
  }

  /** An executable of a graph that the caller closes. */
  Executable compile(Graph graph) {
    return new BoundedExecutable(engine.compile(optimized(graph), threads));
  }

  private Graph optimized(Graph graph) {
    return optimize ? Passes.optimize(graph) : graph;
  }

  @Override
  public void close() {
    executables.values().forEach(Executable::close);
  }
}
