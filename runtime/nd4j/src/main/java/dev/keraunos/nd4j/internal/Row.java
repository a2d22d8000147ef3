package dev.keraunos.nd4j.internal;

import dev.keraunos.engine.internal.Accelerator.Computation;
import dev.keraunos.graph.Op;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** What ND4J computes of one operation, and why reference kernels compute the rest. */
final class Row<O extends Op> {
  private final String names;
  private final Function<Site<O>, Computation> lowering;
  private final Map<String, Predicate<Site<O>>> gaps = new LinkedHashMap<>();

  private Row(String names, Function<Site<O>, Computation> lowering) {
    this.names = names;
    this.lowering = lowering;
  }

  /**
   * Everything, until {@link #except} says otherwise.
   *
   * @param names of the operations of ND4J that are called, for the page
   */
  static <O extends Op> Row<O> of(String names, Function<Site<O>, Computation> lowering) {
    return new Row<>(names, lowering);
  }

  /** What float32 and float64 take. */
  static <O extends Op> Row<O> ofFloats(String names, Function<Site<O>, Computation> lowering) {
    return of(names, lowering)
        .except(
            "whole numbers and halves: ND4J rounds and overflows in other places",
            site -> !site.isFloat());
  }

  static <O extends Op> Row<O> none(String reason) {
    return Row.<O>of("", site -> null).except(reason, site -> true);
  }

  /** Leaves to the reference kernels what a condition holds of. */
  Row<O> except(String reason, Predicate<Site<O>> gap) {
    gaps.put(reason, gap);
    return this;
  }

  Optional<Computation> computation(Site<O> site) {
    return site.isEmpty() || gaps.values().stream().anyMatch(gap -> gap.test(site))
        ? Optional.empty()
        : Optional.of(lowering.apply(site));
  }

  String names() {
    return names;
  }

  /** Why some or all of it is left to the reference kernels. */
  Set<String> reasons() {
    return gaps.keySet();
  }
}
