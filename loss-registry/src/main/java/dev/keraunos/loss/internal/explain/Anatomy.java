package dev.keraunos.loss.internal.explain;

import dev.keraunos.loss.internal.anatomy.ClassAxis;
import dev.keraunos.loss.internal.anatomy.Dependence;
import dev.keraunos.loss.internal.anatomy.Term;
import dev.keraunos.loss.internal.anatomy.Terms;
import dev.keraunos.loss.internal.observe.ScoreGraph;
import java.util.List;

/**
 * What the graph of a loss says of its parts.
 *
 * @param terms what the scores are made of
 * @param classAxis where the prediction has its classes, as far as the loss tells
 */
record Anatomy(List<Term> terms, ClassAxis classAxis) {
  /** Takes a loss apart; what computes the parts is added to its outputs. */
  static Anatomy of(String loss, ScoreGraph graph) {
    Dependence dependence = new Dependence(graph.yPred(), graph.logits());
    ClassAxis axis = ClassAxis.of(graph.scores(), graph.yPred(), dependence);
    List<Term> terms = Terms.of(loss, graph.scores(), dependence, axis, graph.outputs());
    Classes.put(graph.yTrue(), graph.yPred(), axis, graph.dialect(), graph.outputs());
    return new Anatomy(terms, axis);
  }
}
