package dev.keraunos.graph.internal.pass;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The passes, in the order they run. Each gives a graph with the same inputs and outputs, whose
 * results agree with those of the graph before up to rounding. What is no longer used is dropped on
 * the way.
 */
public final class Passes {
  private static final Pass COMMON = new Pass("common", CommonSubexpressions::run);
  private static final List<Pass> ALL =
      List.of(
          new Pass("bodies", Passes::bodies),
          new Pass("constants", ConstantFolding::run),
          new Pass("transposes", Transposes::run),
          new Pass("identities", Identities::run),
          new Pass("pads", PadFolding::run),
          new Pass("constants-moved", ConstantFolding::run),
          new Pass("affine", AffineFolding::run),
          COMMON);

  private Passes() {}

  /** The names of all passes, in order. */
  public static List<String> names() {
    return ALL.stream().map(Pass::name).toList();
  }

  /** A graph that computes the same in less time. */
  public static Graph optimize(Graph graph) {
    return run(graph, ALL.size());
  }

  /**
   * The graph after the passes up to one of them.
   *
   * @param stopAfter the name of the last pass to run, or how many to run, from 0
   * @throws IllegalArgumentException if there is no such pass
   */
  public static Graph optimize(Graph graph, String stopAfter) {
    int count =
        stopAfter.matches("\\d{1,3}")
            ? Integer.parseInt(stopAfter)
            : names().indexOf(stopAfter) + 1;
    if (count > ALL.size() || (count == 0 && !stopAfter.equals("0"))) {
      throw new IllegalArgumentException(
          "there is no pass '" + stopAfter + "'; there are 0 to " + ALL.size() + ": " + names());
    }
    return run(graph, count);
  }

  /** A graph that computes once what this one computes twice; its results are the same bits. */
  public static Graph eliminateCommonSubexpressions(Graph graph) {
    return apply(COMMON, graph);
  }

  private static Graph run(Graph graph, int count) {
    graph.verify();
    Graph current = graph;
    for (Pass pass : ALL.subList(0, count)) {
      current = apply(pass, current);
    }
    return current;
  }

  /** Runs a pass and checks what it made. */
  static Graph apply(Pass pass, Graph before) {
    try {
      Graph after = pass.rewrite().apply(before);
      after.verify();
      Map<String, TensorType> wanted = outputs(before);
      Map<String, TensorType> given = outputs(after);
      if (!wanted.equals(given) || !before.inputNames().equals(after.inputNames())) {
        throw new IllegalStateException("the outputs " + wanted + " became " + given);
      }
      return after;
    } catch (RuntimeException e) {
      throw new IllegalStateException("pass '" + pass.name() + "' failed: " + e.getMessage(), e);
    }
  }

  private static Map<String, TensorType> outputs(Graph graph) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    graph.outputs().forEach((name, value) -> types.put(name, value.type()));
    return types;
  }

  /** Runs all passes on the bodies of recurrences. */
  private static Graph bodies(Graph graph) {
    return GraphCopy.rewrite(
        graph,
        (node, inputs, builder) -> {
          if (!(node.op() instanceof Op.Scan scan)) {
            return null;
          }
          Graph body = optimize(scan.body());
          List<Value> outputs =
              builder.apply(
                  new Op.Scan(body, scan.states(), scan.mask(), scan.recurrence()), inputs);
          return outputs;
        });
  }
}
