package dev.keraunos;

import dev.keraunos.graph.Node;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.lowering.LoweredModel;
import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.importer.internal.topology.ModelTopology;
import dev.keraunos.importer.layers.UnsupportedModelException;
import dev.keraunos.internal.prediction.KeptStates;
import dev.keraunos.loss.internal.evidence.Subject;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** What a model tells of itself to those who explain its loss. */
final class ModelSubject implements Subject {
  private final KerasModel model;
  private final LoweredModel lowered;
  private final Optional<Supplier<Batches>> again;
  private final boolean training;

  /**
   * A model.
   *
   * @param again its batches anew; empty if they are gone
   * @param training whether its normalizations take the moments of each batch
   */
  ModelSubject(KerasModel model, Optional<Supplier<Batches>> again, boolean training) {
    this.training = training;
    this.model = model;
    this.lowered = model.imported().lowered();
    boolean plain = lowered.states().isEmpty() && lowered.draws().isEmpty();
    this.again = plain ? again : Optional.empty();
  }

  @Override
  public Optional<String> activation(String output) {
    return lowered.activation(output);
  }

  @Override
  public Optional<String> otherEnd(String output) {
    return lowered.otherEnd(output);
  }

  // ---- Training ---------------------------------------------------------------------------------

  @Override
  public boolean inTraining() {
    return training;
  }

  @Override
  public List<Trained> trained() {
    List<Trained> trained = new ArrayList<>();
    collect(model.imported().topology(), trained);
    trained.removeIf(layer -> training && layer.normalizes());
    return trained;
  }

  private static void collect(ModelTopology topology, List<Trained> trained) {
    for (LayerSpec layer : topology.layersByName().values()) {
      layer.model().ifPresent(inner -> collect(inner, trained));
      String name = layer.className();
      double rate = number(layer, "rate", number(layer, "p", number(layer, "stddev", 0)));
      if ((name.contains("Dropout") || name.startsWith("GaussianNoise")) && rate > 0) {
        trained.add(new Trained(layer.path(), false, Optional.of(rate)));
      } else if (name.startsWith("BatchNormalization") && layer.trainable()) {
        trained.add(new Trained(layer.path(), true, Optional.empty()));
      }
    }
  }

  private static double number(LayerSpec layer, String key, double absent) {
    return layer.json().path(key).asDouble(absent);
  }

  // ---- Layers -----------------------------------------------------------------------------------

  @Override
  public Optional<String> deadLayer(String output) {
    if (again.isEmpty()) {
      return Optional.empty();
    }
    List<String> dead = new ArrayList<>();
    Value last = lowered.graph().outputs().get(output);
    try (Batches batches = again.get().get()) {
      run(
          layers(),
          batches.next(),
          (path, tensor) -> {
            boolean counts = !lowered.layerOutputs().get(path).get(0).equals(last);
            if (counts && tensor.size() > 0 && isZero(tensor)) {
              dead.add(path);
            }
          });
    }
    return dead.stream()
        .filter(path -> lowered.parameters().getOrDefault(path, 0L) > 0)
        .findFirst()
        .or(() -> dead.stream().findFirst());
  }

  @Override
  public Optional<String> firstBroken() {
    if (again.isEmpty()) {
      return Optional.empty();
    }
    List<String> broken = new ArrayList<>();
    try (Batches batches = again.get().get()) {
      while (broken.isEmpty() && batches.hasNext()) {
        run(
            layers(),
            batches.next(),
            (path, tensor) -> {
              if (!isFinite(tensor)) {
                broken.add(path);
              }
            });
      }
    }
    return broken.stream().findFirst();
  }

  /** Those layers that compute numbers, in the model's order. */
  private Map<String, Value> layers() {
    Map<String, Value> layers = new LinkedHashMap<>();
    lowered
        .layerOutputs()
        .forEach(
            (path, values) -> {
              if (!values.isEmpty() && values.get(0).dtype().isFloating()) {
                layers.put(path, values.get(0));
              }
            });
    return layers;
  }

  private void run(Map<String, Value> wanted, Dataset data, BiConsumer<String, Tensor> each) {
    if (wanted.isEmpty()) {
      return;
    }
    try (KeptStates states = new KeptStates()) {
      List<Tensor> computed = model.run(wanted, model.inputs().ordered(data.inputs()), states);
      List<String> names = List.copyOf(wanted.keySet());
      for (int i = 0; i < names.size(); i++) {
        each.accept(names.get(i), computed.get(i));
      }
      computed.forEach(Tensor::close);
    }
  }

  private static boolean isZero(Tensor tensor) {
    for (double value : tensor.toDoubleArray()) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFinite(Tensor tensor) {
    for (double value : tensor.toDoubleArray()) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public List<String> brokenWeights() {
    Set<String> broken = new LinkedHashSet<>();
    for (Node node : lowered.graph().nodes()) {
      boolean floats =
          node.op() instanceof Op.Constant constant && constant.value().dtype().isFloating();
      if (floats && !isFinite(((Op.Constant) node.op()).value())) {
        broken.add(node.path());
      }
    }
    return List.copyOf(broken);
  }

  @Override
  public Optional<Rescaled> rescaled() {
    return training ? Optional.empty() : again.flatMap(data -> Scales.least(model, data));
  }

  // ---- Normalizations ---------------------------------------------------------------------------

  @Override
  public Optional<Moved> moved() {
    if (again.isEmpty() || lowered.normalizations().isEmpty()) {
      return Optional.empty();
    }
    List<Moments> suspects = new ArrayList<>();
    lowered.normalizations().forEach(n -> suspects.add(new Moments(n)));
    try (Batches batches = again.get().get()) {
      add(suspects, batches.next());
    }
    suspects.removeIf(moments -> !moments.areFar());
    if (suspects.isEmpty()) {
      return Optional.empty();
    }
    suspects.replaceAll(moments -> new Moments(moments.normalization()));
    try (Batches batches = again.get().get()) {
      while (batches.hasNext()) {
        add(suspects, batches.next());
      }
    }
    return suspects.stream().filter(Moments::areFar).findFirst().map(this::told);
  }

  private void add(List<Moments> all, Dataset data) {
    Map<String, Value> inputs = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      inputs.put("normalized " + i, all.get(i).normalization().input());
    }
    int[] next = {0};
    run(inputs, data, (name, tensor) -> all.get(next[0]++).add(tensor));
  }

  private Moved told(Moments moments) {
    Optional<Double> loss = Optional.empty();
    try (Batches batches = again.get().get()) {
      loss = Optional.of(Evaluator.lossInTraining(model, batches));
    } catch (UnsupportedModelException e) {
      // then it stays unknown: a layer of it does not compute as in training here
    }
    return new Moved(
        moments.normalization().path(),
        moments.nearest(),
        moments.farthest(),
        moments.ratio(),
        loss);
  }
}
