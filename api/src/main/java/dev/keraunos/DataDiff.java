package dev.keraunos;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.error.InputException;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.importer.internal.diff.DiffJson;
import dev.keraunos.importer.internal.summary.Statistics;
import dev.keraunos.importer.internal.summary.TextTable;
import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How two models differ on the same samples.
 *
 * @param outputs of the first model, each with how the second's differs
 * @param metrics what evaluate returns, by name; null for what a model does not measure
 * @param classes what each class adds to the loss of an output
 * @param notes why something could not be compared
 */
record DataDiff(
    long samples,
    List<OutputDiff> outputs,
    Map<String, Sides> metrics,
    List<ClassLoss> classes,
    List<String> notes) {

  /** A number of both models; null where one has none. */
  record Sides(Double a, Double b) {
    boolean areEqual() {
      return a != null && a.equals(b);
    }
  }

  /** What a class adds to the loss of an output. */
  record ClassLoss(String output, int index, Sides adds) {}

  /**
   * Compares two models.
   *
   * @param parts of the data, under the names of the first model
   * @throws InputException if the models take or give other tensors
   */
  static DataDiff of(KerasModel a, KerasModel b, Iterable<Dataset> parts, int batchSize) {
    Names names = new Names(a, b);
    List<OutputDiff> outputs = new ArrayList<>();
    a.outputNames().forEach(name -> outputs.add(new OutputDiff(a, name)));
    long samples = 0;
    boolean targets = true;
    for (Dataset part : parts) {
      samples += part.samples();
      targets &= !part.targets().isEmpty();
      Map<String, Tensor> first = a.predict(part.inputs());
      Map<String, Tensor> second = b.predict(names.inputs(part.inputs()));
      for (OutputDiff output : outputs) {
        output.add(first.get(output.name()), second.get(names.output(output.name())));
      }
      first.values().forEach(Tensor::close);
      second.values().forEach(Tensor::close);
    }
    Map<String, Sides> metrics = new LinkedHashMap<>();
    List<ClassLoss> classes = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    if (targets && samples > 0) {
      Iterable<Dataset> renamed = names.of(parts);
      evaluated(a, b, parts, renamed, batchSize, metrics, notes);
      explained(a, b, parts, renamed, batchSize, names, classes, notes);
    } else {
      notes.add("the data hold no targets, so there is no loss to compare");
    }
    return new DataDiff(samples, outputs, metrics, classes, notes);
  }

  private static void evaluated(
      KerasModel a,
      KerasModel b,
      Iterable<Dataset> parts,
      Iterable<Dataset> renamed,
      int batchSize,
      Map<String, Sides> metrics,
      List<String> notes) {
    try {
      Map<String, Double> first = a.evaluate(parts.iterator(), batchSize);
      Map<String, Double> second = b.evaluate(renamed.iterator(), batchSize);
      Set<String> all = new LinkedHashSet<>(first.keySet());
      all.addAll(second.keySet());
      all.forEach(name -> metrics.put(name, new Sides(first.get(name), second.get(name))));
    } catch (KeraunosException e) {
      notes.add("metrics are not compared: " + e.getMessage());
    }
  }

  private static void explained(
      KerasModel a,
      KerasModel b,
      Iterable<Dataset> parts,
      Iterable<Dataset> renamed,
      int batchSize,
      Names names,
      List<ClassLoss> classes,
      List<String> notes) {
    if (!notes.isEmpty()) {
      return; // what evaluate could not say once more
    }
    try {
      Explanation first = a.explainLoss(parts.iterator(), batchSize);
      Explanation second = b.explainLoss(renamed.iterator(), batchSize);
      for (Explanation.Output output : first.outputs()) {
        Map<Integer, Double> other = new LinkedHashMap<>();
        second.outputs().stream()
            .filter(found -> found.name().equals(names.output(output.name())))
            .flatMap(found -> found.classes().stream())
            .forEach(share -> other.put(share.index(), share.byTrueClass()));
        for (Explanation.ClassShare share : output.classes()) {
          Sides adds = new Sides(share.byTrueClass(), other.get(share.index()));
          classes.add(new ClassLoss(output.name(), share.index(), adds));
        }
      }
    } catch (KeraunosException e) {
      notes.add("what classes add to the loss is not compared: " + e.getMessage());
    }
  }

  /** The names of the second model's inputs and outputs, which may be other ones. */
  private static final class Names {
    private final Map<String, String> inputs;
    private final Map<String, String> outputs;

    Names(KerasModel a, KerasModel b) {
      inputs = paired("inputs", a.inputNames(), b.inputNames());
      outputs = paired("outputs", a.outputNames(), b.outputNames());
    }

    private static Map<String, String> paired(String what, List<String> a, List<String> b) {
      if (a.size() != b.size()) {
        throw new InputException(
            String.format(
                "predictions of models with the %s %s and %s cannot be compared; allowed: models"
                    + " with as many, of any names. Compare the files without data",
                what, a, b));
      }
      boolean same = Set.copyOf(a).equals(Set.copyOf(b));
      Map<String, String> names = new LinkedHashMap<>();
      for (int i = 0; i < a.size(); i++) {
        names.put(a.get(i), same ? a.get(i) : b.get(i));
      }
      return names;
    }

    String output(String name) {
      return outputs.get(name);
    }

    Map<String, Tensor> inputs(Map<String, Tensor> given) {
      return renamed(given, inputs);
    }

    Iterable<Dataset> of(Iterable<Dataset> parts) {
      return () -> {
        Iterator<Dataset> each = parts.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return each.hasNext();
          }

          @Override
          public Dataset next() {
            Dataset part = each.next();
            return new Dataset(
                renamed(part.inputs(), inputs),
                renamed(part.targets(), outputs),
                renamed(part.sampleWeights(), outputs),
                renamed(part.classWeights(), outputs),
                part.classNames());
          }
        };
      };
    }

    private static <T> Map<String, T> renamed(Map<String, T> given, Map<String, String> names) {
      Map<String, T> renamed = new LinkedHashMap<>();
      given.forEach((name, value) -> renamed.put(names.getOrDefault(name, name), value));
      return renamed;
    }
  }

  boolean isEmpty() {
    return outputs.stream().allMatch(OutputDiff::isEmpty)
        && metrics.values().stream().allMatch(Sides::areEqual);
  }

  String text() {
    StringBuilder text = new StringBuilder("\non " + samples + " samples\n");
    outputs.forEach(output -> text.append(TextTable.wrapped("  ", "      ", output.text())));
    if (!metrics.isEmpty()) {
      TextTable table = new TextTable(false, true, true, true);
      table.row("  metric", "a", "b", "b - a");
      metrics.forEach((name, sides) -> row("  " + name, sides, table));
      text.append('\n').append(table);
    }
    if (!classes.isEmpty()) {
      TextTable table = new TextTable(false, true, true, true);
      table.row("  loss of class", "a", "b", "b - a");
      boolean one = outputs.size() == 1;
      for (ClassLoss loss : classes) {
        row("  " + (one ? "" : loss.output() + " ") + loss.index(), loss.adds(), table);
      }
      text.append('\n').append(table);
    }
    notes.forEach(note -> text.append(TextTable.wrapped("note: ", "      ", note)));
    return text.toString();
  }

  private static void row(String name, Sides sides, TextTable table) {
    boolean both = sides.a() != null && sides.b() != null;
    String change = both ? Statistics.digits(sides.b() - sides.a()) : "";
    table.row(name, digits(sides.a()), digits(sides.b()), change);
  }

  private static String digits(Double x) {
    return x == null ? "none" : String.valueOf(x.floatValue());
  }

  ObjectNode json(ObjectNode json) {
    json.put("samples", samples).put("equal", isEmpty());
    ArrayNode predictions = json.putArray("predictions");
    outputs.forEach(output -> output.json(predictions.addObject()));
    ObjectNode measured = json.putObject("metrics");
    metrics.forEach((name, sides) -> sides(sides, measured.putObject(name)));
    ArrayNode losses = json.putArray("classes");
    for (ClassLoss loss : classes) {
      ObjectNode entry = losses.addObject().put("output", loss.output());
      sides(loss.adds(), entry.put("class", loss.index()));
    }
    ArrayNode said = json.putArray("notes");
    notes.forEach(said::add);
    return json;
  }

  private static void sides(Sides sides, ObjectNode json) {
    json.put("a", number(sides.a())).put("b", number(sides.b()));
  }

  private static Double number(Double x) {
    return x == null ? null : DiffJson.finite(x);
  }
}
