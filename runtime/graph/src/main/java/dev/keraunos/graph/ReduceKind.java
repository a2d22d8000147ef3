package dev.keraunos.graph;

/** Reductions over axes. */
public enum ReduceKind {
  SUM,
  MEAN,
  MAX,
  MIN,
  PROD,
  /** True if any element is; the operand is bool. */
  ANY,
  /** True if every element is; the operand is bool. */
  ALL
}
