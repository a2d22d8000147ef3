package dev.keraunos.engine.onednn.internal.step;

import dev.keraunos.engine.onednn.internal.library.Address;
import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.library.Natives;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.global.dnnl;

/**
 * The arguments of native calls, bound to memory: to constants and scratch memory for good, to
 * inputs and outputs from run to run. Owns what it makes of native objects. Not thread-safe.
 */
public final class Binding implements AutoCloseable {
  /** A call with its arguments as oneDNN wants them. */
  public record Bound(dnnl_primitive primitive, int count, dnnl_exec_arg_t args) {
    /** Computes; OpenMP must be set to a single thread. */
    public void run() {
      Library.check(dnnl.dnnl_primitive_execute(primitive, Library.stream(), count, args));
    }
  }

  /** An argument whose memory changes from run to run. */
  private record Loose(dnnl_memory memory, int index, long byteOffset) {}

  private final Natives natives = new Natives();
  private final Tensor scratch;
  private final dnnl_exec_arg_t args;
  private final List<Loose> looseInputs = new ArrayList<>();
  private final List<Loose> looseOutputs = new ArrayList<>();
  private final Address address = new Address(0);
  private int bound;

  /** For the calls of these steps, which are bound in any order, each once. */
  public Binding(List<Step> steps, Tensor scratch) {
    this.scratch = scratch;
    this.args = new dnnl_exec_arg_t(Math.max(1, countArgs(steps)));
  }

  private static long countArgs(List<Step> steps) {
    long count = 0;
    for (Step step : steps) {
      if (step instanceof Step.Native primitives) {
        count += primitives.calls().stream().mapToInt(tile -> tile.args().size()).sum();
      }
    }
    return count;
  }

  /** The calls of a step; inputs and outputs are nowhere until {@link #point}. */
  public Bound[] bind(Step.Native step) {
    return step.calls().stream().map(this::bind).toArray(Bound[]::new);
  }

  private Bound bind(Step.Tile tile) {
    int first = bound;
    for (Step.Arg arg : tile.args()) {
      args.position(bound++).arg(arg.index()).memory(memory(arg));
    }
    dnnl_exec_arg_t own = new dnnl_exec_arg_t(args.position(0));
    return new Bound(tile.primitive(), tile.args().size(), own.position(first));
  }

  private dnnl_memory memory(Step.Arg arg) {
    dnnl_memory memory = new dnnl_memory();
    Address data = new Address(base(arg.place()) + arg.byteOffset());
    Library.check(dnnl.dnnl_memory_create(memory, arg.descriptor(), Library.engine(), data));
    natives.own(memory, () -> dnnl.dnnl_memory_destroy(memory));
    if (arg.place() instanceof Place.Input input) {
      looseInputs.add(new Loose(memory, input.index(), arg.byteOffset()));
    } else if (arg.place() instanceof Place.Output output) {
      looseOutputs.add(new Loose(memory, output.index(), arg.byteOffset()));
    }
    return memory;
  }

  /** The address of a place; inputs and outputs get theirs later and until then any other. */
  private long base(Place place) {
    if (place instanceof Place.Constant constant) {
      return constant.tensor().address();
    }
    return scratch.address() + (place instanceof Place.Scratch own ? own.offset() : 0);
  }

  /** Sets what the next run reads and writes. */
  public void point(List<Tensor> inputs, List<Tensor> outputs) {
    set(looseInputs, inputs);
    set(looseOutputs, outputs);
  }

  private void set(List<Loose> loose, List<Tensor> tensors) {
    for (int i = 0; i < loose.size(); i++) {
      Loose arg = loose.get(i);
      address.set(tensors.get(arg.index()).address() + arg.byteOffset());
      Library.check(dnnl.dnnl_memory_set_data_handle(arg.memory(), address));
    }
  }

  @Override
  public void close() {
    natives.close();
    args.close();
  }
}
