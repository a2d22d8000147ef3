package dev.keraunos.loss.evaluate;

import static dev.keraunos.graph.Ops.add;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.mean;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.square;
import static dev.keraunos.graph.Ops.subtract;
import static dev.keraunos.graph.Ops.sum;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import dev.keraunos.loss.Regularizer;
import dev.keraunos.loss.internal.compile.CompileSpec;
import dev.keraunos.loss.internal.compile.OutputSpec;
import dev.keraunos.loss.internal.evaluate.Batch;
import dev.keraunos.loss.internal.evaluate.Evaluation;
import dev.keraunos.loss.internal.evaluate.OutputData;
import dev.keraunos.loss.internal.explain.Explainer;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Tolerance;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A case that record_evaluate.py recorded: a compiled model's outputs and what evaluate made of
 * them.
 */
public record Recorded(JsonNode json, Dialect dialect) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final LossRegistry REGISTRY =
      LossRegistry.builder()
          .loss(
              "scaled",
              (yTrue, yPred) -> add(multiply(3, mean(square(subtract(yPred, yTrue)), -1)), 0.5))
          .loss("dice", Recorded::dice)
          .build();

  private static Value dice(Value yTrue, Value yPred) {
    Value overlap = add(multiply(2, sum(multiply(yTrue, yPred))), 1);
    return subtract(1, divide(overlap, add(add(sum(yTrue), sum(yPred)), 1)));
  }

  /** The cases of a file, by name. */
  public static Map<String, Recorded> all(String file) {
    try (InputStream in = Recorded.class.getResourceAsStream(file)) {
      return all(JSON.readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }

  /** The cases of a file that need not be a resource, by name. */
  public static Map<String, Recorded> all(Path file) {
    try {
      return all(JSON.readTree(file.toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private static Map<String, Recorded> all(JsonNode document) {
    Dialect dialect =
        Dialect.parse(
            document.get("keras_version").asText() + ":" + document.get("backend").asText());
    Map<String, Recorded> cases = new LinkedHashMap<>();
    for (JsonNode json : document.get("cases")) {
      cases.put(json.get("name").asText(), new Recorded(json, dialect));
    }
    return cases;
  }

  public String name() {
    return json.get("name").asText();
  }

  /** The batch sizes that were recorded. */
  public Set<Integer> batchSizes() {
    Set<Integer> sizes = new TreeSet<>();
    json.get("results").fieldNames().forEachRemaining(size -> sizes.add(Integer.valueOf(size)));
    return sizes;
  }

  /** The batch sizes that Keras refused. */
  Set<Integer> refusedSizes() {
    Set<Integer> sizes = new TreeSet<>();
    json.path("refuses").fieldNames().forEachRemaining(size -> sizes.add(Integer.valueOf(size)));
    return sizes;
  }

  /** An evaluation that has seen all batches. */
  public Explainer evaluate(int batchSize) {
    return evaluate(batchSize, Explainer::of);
  }

  /** An evaluation of that detail that has seen all batches. */
  public Explainer evaluate(int batchSize, Function<Evaluation.Builder, Explainer> detail) {
    Explainer evaluation = detail.apply(builder());
    long samples = json.at("/outputs/0/p/shape/0").asLong();
    for (long from = 0; from < samples; from += batchSize) {
      evaluation.update(batch(from, Math.min(samples, from + batchSize)));
    }
    return evaluation;
  }

  /** An evaluation with nothing but what was compiled. */
  public Evaluation.Builder builder() {
    List<OutputSpec> outputs = new ArrayList<>();
    for (JsonNode output : json.get("outputs")) {
      Tensor p = tensor(output.get("p"));
      String name = output.get("name").asText();
      List<String> path = new ArrayList<>();
      output.path("path").forEach(step -> path.add(step.asText()));
      outputs.add(
          new OutputSpec(name, name, p.shape().with(0, Shape.UNKNOWN), path, Optional.empty()));
    }
    Evaluation.Builder builder =
        Evaluation.builder(CompileSpec.of(json.get("compile")), outputs, dialect)
            .registry(REGISTRY);
    for (JsonNode penalty : json.path("penalties")) {
      Regularizer regularizer = REGISTRY.regularizer(penalty.get("config"));
      String path = penalty.get("path").asText();
      if (penalty.has("weight")) {
        builder.weight(
            path, regularizer, tensor(penalty.get("weight")), penalty.get("trainable").asBoolean());
      } else {
        builder.activity(path, regularizer);
      }
    }
    return builder;
  }

  /** The class weights of an output: recorded for the only one, or by name. */
  private Optional<Map<Integer, Double>> classWeight(String output) {
    JsonNode weights = json.path("class_weight");
    boolean byName = weights.elements().hasNext() && weights.elements().next().isObject();
    JsonNode own = byName ? weights.path(output) : weights;
    return own.isMissingNode() ? Optional.empty() : Optional.of(byClass(own));
  }

  private static Map<Integer, Double> byClass(JsonNode weights) {
    Map<Integer, Double> byClass = new HashMap<>();
    weights
        .properties()
        .forEach(e -> byClass.put(Integer.valueOf(e.getKey()), e.getValue().asDouble()));
    return byClass;
  }

  /** TensorFlow up to 2.3 finds none behind a softmax of more than two axes, if not in a layer. */
  private boolean rememberLogits(JsonNode output) {
    if (!output.has("logits") || output.has("layer") || !dialect.has(Quirk.SEARCHES_LOGITS)) {
      return output.has("logits");
    }
    Tensor p = tensor(output.get("p"));
    Tensor x = tensor(output.get("logits"));
    boolean softmax = false;
    for (long i = 0; i < p.size(); i++) {
      double difference = p.getDouble(i) - 1 / (1 + Math.exp(-x.getDouble(i)));
      softmax = softmax || Math.abs(difference) > Math.scalb(1.0, -10);
    }
    return !softmax || p.shape().rank() == 2;
  }

  private Batch batch(long from, long to) {
    Map<String, OutputData> outputs = new HashMap<>();
    for (JsonNode json : json.get("outputs")) {
      if (!json.has("y")) {
        continue;
      }
      OutputData data =
          OutputData.of(tensor(json.get("y")).rows(from, to), tensor(json.get("p")).rows(from, to));
      data =
          rememberLogits(json) ? data.withLogits(tensor(json.get("logits")).rows(from, to)) : data;
      data = json.has("mask") ? data.withMask(tensor(json.get("mask")).rows(from, to)) : data;
      data = json.has("w") ? data.withSampleWeight(tensor(json.get("w")).rows(from, to)) : data;
      String name = json.get("name").asText();
      outputs.put(name, classWeight(name).map(data::withClassWeight).orElse(data));
    }
    Map<String, Tensor> activities = new HashMap<>();
    for (JsonNode penalty : json.path("penalties")) {
      if (penalty.has("activity")) {
        activities.put(
            penalty.get("path").asText(), tensor(penalty.get("activity")).rows(from, to));
      }
    }
    return new Batch(outputs, activities);
  }

  /** The same with an element of the first output's prediction that is not a number. */
  public Recorded withNan() {
    JsonNode copy = json.deepCopy();
    ArrayNode data = (ArrayNode) copy.at("/outputs/0/p/data");
    data.set(data.size() / 2, Double.NaN);
    return new Recorded(copy, dialect);
  }

  /** What evaluate returned; several numbers under their name and index. */
  public Map<String, Double> result(int batchSize) {
    Map<String, Double> result = new HashMap<>();
    JsonNode recorded = json.get("results").get(String.valueOf(batchSize));
    for (Map.Entry<String, JsonNode> entry : recorded.properties()) {
      JsonNode value = entry.getValue();
      for (int i = 0; i < value.size(); i++) {
        String index = value.size() == 1 ? "" : "[" + i + "]";
        result.put(entry.getKey() + index, value.get(i).asDouble(Double.NaN));
      }
      if (!value.isArray()) {
        result.put(entry.getKey(), value.asDouble(Double.NaN));
      }
    }
    return result;
  }

  /** How close results come: to what the narrowest output keeps. */
  Tolerance level() {
    Tolerance level = Tolerance.CLOSE;
    for (JsonNode output : json.get("outputs")) {
      String kind = output.at("/p/kind").asText();
      if (kind.equals("bfloat16")) {
        return level.in(DType.BFLOAT16);
      }
      level = kind.equals("float16") ? level.in(DType.FLOAT16) : level;
    }
    return level;
  }

  private static Tensor tensor(JsonNode json) {
    long[] dims = new long[json.get("shape").size()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = json.get("shape").get(i).asLong();
    }
    JsonNode data = json.get("data");
    float[] floats = new float[data.size()];
    int[] ints = new int[data.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) data.get(i).asDouble();
      ints[i] = data.get(i).asInt();
    }
    return switch (json.get("kind").asText()) {
      case "float16" -> half(floats, DType.FLOAT16, dims);
      case "bfloat16" -> half(floats, DType.BFLOAT16, dims);
      case "float" -> Tensor.of(floats, dims);
      default -> Tensor.of(ints, dims);
    };
  }

  private static Tensor half(float[] data, DType type, long... dims) {
    try (Tensor wide = Tensor.of(data, dims)) {
      return wide.cast(type);
    }
  }
}
