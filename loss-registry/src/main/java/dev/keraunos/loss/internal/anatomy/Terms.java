package dev.keraunos.loss.internal.anatomy;

import static dev.keraunos.graph.Ops.broadcastTo;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.reduce;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.ReduceKind;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import dev.keraunos.loss.internal.observe.ScoreGraph;
import dev.keraunos.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the summands of a loss in its graph: sums and differences are taken apart, factors that do
 * not depend on the prediction are multiplied out, and what {@link dev.keraunos.graph.Ops#named}
 * marks stays whole.
 */
public final class Terms {
  /** A factor of a summand: what to multiply with, or to divide by. */
  private record Factor(Value value, boolean divides) {
    Value in(DType dtype) {
      Value factor = cast(value, dtype);
      return divides ? divide(1, factor) : factor;
    }

    String text() {
      return (divides ? "1 / " : "") + Formula.of(value);
    }
  }

  private record Summand(Value core, boolean negative, List<Factor> factors) {}

  private final Dependence dependence;
  private final Value scores;
  private final Map<String, Value> outputs;
  private final List<Summand> found = new ArrayList<>();
  private final Map<List<Factor>, String> products = new HashMap<>();
  private final boolean positional;

  private Terms(
      Dependence dependence, Value scores, boolean positional, Map<String, Value> outputs) {
    this.dependence = dependence;
    this.scores = scores;
    this.positional = positional;
    this.outputs = outputs;
  }

  /**
   * The summands of the scores; what computes them is added to the outputs.
   *
   * @param loss names the only summand of a loss that is not taken apart
   */
  public static List<Term> of(
      String loss,
      Value scores,
      Dependence dependence,
      ClassAxis axis,
      Map<String, Value> outputs) {
    Terms terms = new Terms(dependence, scores, axis.decides(), outputs);
    terms.split(scores, false, List.of());
    Summand first = terms.found.get(0);
    boolean whole = terms.found.size() == 1 && !Formula.isNamed(first.core);
    if (whole && first.factors.isEmpty()) {
      return List.of(terms.term(loss, new Summand(scores, false, List.of())));
    }
    List<Term> result = new ArrayList<>();
    for (Summand summand : terms.found) {
      result.add(terms.term(whole ? loss : Formula.of(summand.core), summand));
    }
    return result;
  }

  private Term term(String name, Summand summand) {
    Value core = summand.core;
    String key = core == scores ? ScoreGraph.SCORES : "term" + outputs.size();
    outputs.putIfAbsent(key, spread(core));
    boolean batchLevel = dependence.couples(core);
    boolean split = !batchLevel && core.rank() > 0 && core.rank() == scores.rank();
    Optional<Term.Elements> elements = split ? elements(key + " elements", core) : Optional.empty();
    List<String> factors = new ArrayList<>();
    summand.factors.forEach(factor -> factors.add(factor.text()));
    return new Term(
        summand.negative ? "-" + (name.matches("[^(].* .*") ? "(" + name + ")" : name) : name,
        String.join(" * ", factors),
        batchLevel,
        summand.negative ? -1 : 1,
        key,
        factor(summand.factors),
        elements,
        batchLevel || !positional
            ? sum(key, outputs.get(key))
            : elements.flatMap(e -> sum(key, e)));
  }

  /** Elements as a split: targets may have classes on another axis than the one they reduce. */
  private Optional<Term.Sum> sum(String key, Term.Elements elements) {
    Value parts = outputs.get(elements.output());
    return sum(key, multiply(reduce(ReduceKind.SUM, parts, false, -1), elements.factor()));
  }

  private Optional<Term.Sum> sum(String key, Value core) {
    return Cut.of(core, dependence)
        .map(
            cut ->
                new Term.Sum(
                    Shares.of(key, core, cut, dependence, outputs),
                    List.copyOf(cut.fixed()),
                    cut.isLinear(dependence)));
  }

  /** The output that holds the product of the factors. */
  private Optional<String> factor(List<Factor> factors) {
    if (factors.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        products.computeIfAbsent(
            factors,
            all -> {
              Value product = all.get(0).in(scores.dtype());
              for (Factor factor : all.subList(1, all.size())) {
                product = multiply(product, factor.in(scores.dtype()));
              }
              String key = "factor" + outputs.size();
              outputs.put(key, spread(product));
              return key;
            }));
  }

  private Optional<Term.Elements> elements(String key, Value core) {
    return Elements.of(core)
        .map(
            elements -> {
              outputs.put(key, elements.parts());
              return new Term.Elements(
                  key, elements.shape(), elements.factor(), elements.reduction());
            });
  }

  private Value spread(Value x) {
    boolean fits =
        x.rank() == 0 || (x.rank() == scores.rank() && x.shape().accepts(scores.shape()));
    return fits ? x : broadcastTo(x, scores);
  }

  private void split(Value x, boolean negative, List<Factor> factors) {
    Op op = x.producer().op();
    List<Value> in = x.producer().inputs();
    boolean leaf = Formula.isNamed(x) || x.rank() < scores.rank() || !dependence.on(x);
    if (!leaf && op instanceof Op.Cast && in.get(0).dtype().isFloating()) {
      split(in.get(0), negative, factors);
    } else if (!leaf && op instanceof Op.Unary unary && unary.kind() == UnaryKind.NEGATIVE) {
      split(in.get(0), !negative, factors);
    } else if (!leaf && op instanceof Op.Binary binary) {
      splitBinary(x, binary.kind(), negative, factors);
    } else {
      found.add(new Summand(x, negative, factors));
    }
  }

  private void splitBinary(Value x, BinaryKind kind, boolean negative, List<Factor> factors) {
    Value a = x.producer().inputs().get(0);
    Value b = x.producer().inputs().get(1);
    boolean sum = kind == BinaryKind.ADD || kind == BinaryKind.SUBTRACT;
    if (sum) {
      split(a, negative, factors);
      split(b, kind == BinaryKind.SUBTRACT ? !negative : negative, factors);
    } else if ((kind == BinaryKind.MULTIPLY || kind == BinaryKind.DIVIDE) && !dependence.on(b)) {
      split(a, negative, with(factors, new Factor(b, kind == BinaryKind.DIVIDE)));
    } else if (kind == BinaryKind.MULTIPLY && !dependence.on(a)) {
      split(b, negative, with(factors, new Factor(a, false)));
    } else {
      found.add(new Summand(x, negative, factors));
    }
  }

  private static List<Factor> with(List<Factor> factors, Factor factor) {
    List<Factor> all = new ArrayList<>(factors);
    all.add(factor);
    return all;
  }
}
