package dev.keraunos.loss.evaluate;

import static dev.keraunos.graph.Ops.broadcastTo;
import static dev.keraunos.graph.Ops.cast;
import static dev.keraunos.graph.Ops.divide;
import static dev.keraunos.graph.Ops.multiply;
import static dev.keraunos.graph.Ops.negative;

import dev.keraunos.graph.BinaryKind;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.UnaryKind;
import dev.keraunos.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the summands of a loss in its graph: sums and differences are taken apart, factors that do
 * not depend on the prediction are multiplied out, and what {@link dev.keraunos.graph.Ops#named}
 * marks stays whole.
 */
final class Terms {
  /** A factor of a summand: what to multiply with, or to divide by. */
  private record Factor(Value value, boolean divides) {
    Value apply(Value x) {
      Value factor = cast(value, x.dtype());
      return divides ? divide(x, factor) : multiply(x, factor);
    }

    String text() {
      return (divides ? "1 / " : "") + Formula.of(value);
    }
  }

  private record Summand(Value core, boolean negative, List<Factor> factors) {}

  private final Dependence dependence;
  private final List<Summand> found = new ArrayList<>();

  private Terms(Dependence dependence) {
    this.dependence = dependence;
  }

  /**
   * The summands of the scores; what computes them is added to the outputs.
   *
   * @param loss names the only summand of a loss that is not taken apart
   */
  static List<Term> of(
      String loss, Value scores, Value yPred, Optional<Value> logits, Map<String, Value> outputs) {
    Dependence dependence = new Dependence(yPred, logits);
    Terms terms = new Terms(dependence);
    terms.split(scores, false, List.of());
    List<Term> result = new ArrayList<>();
    for (Summand summand : terms.found) {
      String name =
          terms.found.size() == 1 && !Formula.isNamed(summand.core)
              ? loss
              : Formula.of(summand.core);
      result.add(terms.term(name, summand, scores, outputs));
    }
    return result;
  }

  private Term term(String name, Summand summand, Value scores, Map<String, Value> outputs) {
    String key = "term" + outputs.size();
    Value core = summand.negative ? negative(summand.core) : summand.core;
    Value whole = apply(summand.factors, core);
    outputs.put(key, spread(whole, scores));
    boolean weighted = !summand.factors.isEmpty();
    if (weighted) {
      outputs.put(key + " unweighted", spread(core, scores));
    }
    boolean batchLevel = dependence.couples(summand.core);
    Optional<Term.Elements> elements =
        batchLevel || !whole.shape().accepts(scores.shape())
            ? Optional.empty()
            : elements(key + " elements", whole, outputs);
    List<String> factors = new ArrayList<>();
    summand.factors.forEach(factor -> factors.add(factor.text()));
    return new Term(
        summand.negative ? "-" + (name.contains(" ") ? "(" + name + ")" : name) : name,
        String.join(" * ", factors),
        batchLevel,
        key,
        weighted ? key + " unweighted" : key,
        elements);
  }

  private Optional<Term.Elements> elements(String key, Value whole, Map<String, Value> outputs) {
    return Elements.of(whole)
        .map(
            elements -> {
              outputs.put(key, elements.parts());
              return new Term.Elements(
                  key, elements.shape(), elements.scale(), elements.reduction());
            });
  }

  private static Value apply(List<Factor> factors, Value x) {
    Value result = x;
    for (Factor factor : factors) {
      result = factor.apply(result);
    }
    return result;
  }

  private static Value spread(Value x, Value scores) {
    return x.rank() == scores.rank() && x.shape().accepts(scores.shape())
        ? x
        : broadcastTo(x, scores);
  }

  private void split(Value x, boolean negative, List<Factor> factors) {
    Op op = x.producer().op();
    List<Value> in = x.producer().inputs();
    boolean leaf = Formula.isNamed(x) || x.rank() == 0 || !dependence.on(x);
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
