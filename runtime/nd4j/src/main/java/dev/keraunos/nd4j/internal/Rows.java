package dev.keraunos.nd4j.internal;

import dev.keraunos.engine.internal.Accelerator;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The row of every operation; each file of rows adds its own. */
final class Rows implements Accelerator {
  static final Rows ALL = new Rows();

  private final Map<Class<? extends Op>, Row<?>> rows = new LinkedHashMap<>();

  private Rows() {
    Elementwise.addTo(this);
    Lanes.addTo(this);
    Movement.addTo(this);
    Windows.addTo(this);
    add(Op.Fill.class, Row.none("nothing is read"));
    add(Op.Iota.class, Row.none("nothing is read"));
    add(Op.Scan.class, Row.none("a graph of its own"));
    add(Op.Call.class, Row.none("a function in Java"));
    add(Op.Input.class, Row.none("nothing to compute"));
    add(Op.Constant.class, Row.none("nothing to compute"));
    Op.requireAll(rows.keySet());
  }

  <O extends Op> void add(Class<O> type, Row<O> row) {
    rows.put(type, row);
  }

  @Override
  @SuppressWarnings("unchecked") // add() ties the class of the key to that of the row
  public Optional<Computation> computation(Op op, List<TensorType> in, List<TensorType> out) {
    return ((Row<Op>) rows.get(op.getClass())).computation(new Site<>(op, in, out));
  }

  /** The table as Markdown: what ND4J computes, and what it does not for which reasons. */
  String page() {
    StringBuilder text =
        new StringBuilder("| operation | by ND4J | not by ND4J |\n|---|---|---|\n");
    rows.forEach(
        (type, row) ->
            text.append("| `")
                .append(type.getSimpleName())
                .append("` | ")
                .append(row.names())
                .append(" | ")
                .append(String.join("; ", row.reasons()))
                .append(" |\n"));
    return text.toString();
  }
}
