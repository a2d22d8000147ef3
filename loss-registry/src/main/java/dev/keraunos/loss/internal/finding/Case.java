package dev.keraunos.loss.internal.finding;

import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.CompiledOutput;
import dev.keraunos.loss.internal.evidence.Errors;
import dev.keraunos.loss.internal.evidence.Evidence;
import dev.keraunos.tensor.Shape;
import java.util.List;

/** What rules see of one output. */
public record Case(Whole whole, Evidence evidence, Explanation.Output output) {
  CompiledOutput setup() {
    return evidence.setup();
  }

  String name() {
    return output.name();
  }

  /** The loss of the output before its weight. */
  double value() {
    return output.value();
  }

  /** The channels of the last axis. */
  long width() {
    return evidence.predictions().rank() == 0 ? 1 : evidence.predictions().dim(-1);
  }

  /** Those classes that have positions, no class aside. */
  List<Explanation.ClassShare> classes() {
    return output.classes().stream().filter(c -> c.index() >= 0 && c.positions() > 0).toList();
  }

  /** True if a setting of the loss is set. */
  boolean has(String setting) {
    return setup().settings().path(setting).asBoolean(false);
  }

  /** True if predictions are logits, which say yes above 0. */
  public boolean ofLogits() {
    return Errors.areLogits(setup(), whole.subject().activation(name()));
  }

  double setting(String name, double absent) {
    return setup().settings().path(name).asDouble(absent);
  }

  /** What the shapes of all samples would be in one batch. */
  String all(Shape shape) {
    return shape.rank() == 0 ? shape.toString() : shape.with(0, whole.samples()).toString();
  }
}
