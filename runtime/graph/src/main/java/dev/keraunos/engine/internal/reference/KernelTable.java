package dev.keraunos.engine.internal.reference;

import dev.keraunos.graph.Op;
import java.util.HashMap;
import java.util.Map;

/** The kernel of every operation; each file of kernels adds its own. */
final class KernelTable {
  private final Map<Class<? extends Op>, Kernel<?>> kernels = new HashMap<>();

  <O extends Op> void add(Class<O> type, Kernel<O> kernel) {
    kernels.put(type, kernel);
  }

  /** Refuses a table that lacks an operation, naming it. */
  void requireAll() {
    Op.requireAll(kernels.keySet());
  }

  @SuppressWarnings("unchecked") // add() ties the class of the key to that of the kernel
  Kernel<Op> of(Op op) {
    return (Kernel<Op>) kernels.get(op.getClass());
  }
}
