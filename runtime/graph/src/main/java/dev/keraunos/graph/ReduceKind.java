package dev.keraunos.graph;

/** Reductions over axes. */
public enum ReduceKind {
  /** Of no element 0. */
  SUM,
  /** Of no element NaN. */
  MEAN,
  /** NaN if an element is. */
  MAX,
  /** NaN if an element is. */
  MIN,
  /** Of no element 1. */
  PROD,
  /** True if any element is; the operand is bool. */
  ANY,
  /** True if every element is; the operand is bool. */
  ALL
}
