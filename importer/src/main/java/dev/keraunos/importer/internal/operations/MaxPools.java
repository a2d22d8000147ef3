package dev.keraunos.importer.internal.operations;

import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.Quirk;
import java.util.function.UnaryOperator;

/** The largest elements of windows, with NaN and infinities as the backend takes them. */
public final class MaxPools {
  private MaxPools() {}

  /**
   * Pools x.
   *
   * @param pool {@link Ops#maxPool} or {@link Ops#adaptiveMaxPool}, which pass over NaN
   */
  public static Value of(Value x, Dialect dialect, UnaryOperator<Value> pool) {
    if (dialect.has(Quirk.MAX_POOLS_PASS_OVER_NAN) || !x.dtype().isFloating()) {
      return pool.apply(x);
    }
    Value largest = pool.apply(x);
    Value nothing = Ops.equal(largest, x.dtype().lowest());
    Value nan = Ops.greater(pool.apply(Ops.cast(Ops.isnan(x), x.dtype())), 0);
    return Ops.where(nan, Double.NaN, Ops.where(nothing, Double.NEGATIVE_INFINITY, largest));
  }
}
