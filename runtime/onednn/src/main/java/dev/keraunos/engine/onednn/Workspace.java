package dev.keraunos.engine.onednn;

import dev.keraunos.engine.reference.ReferenceKernels;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.global.dnnl;

/** The memory and the bound arguments of one run of a plan at a time. */
final class Workspace implements AutoCloseable {
  /** A call with its arguments as oneDNN wants them. */
  private record Bound(dnnl_primitive primitive, int count, dnnl_exec_arg_t args) {}

  /** An argument whose memory changes from run to run. */
  private record Loose(dnnl_memory memory, int index, long byteOffset) {}

  private final Plan plan;
  private final Natives natives = new Natives();
  private final Tensor scratch;
  private final dnnl_exec_arg_t args;
  private final Bound[][] calls;
  private final List<Loose> looseInputs = new ArrayList<>();
  private final List<Loose> looseOutputs = new ArrayList<>();
  private final Address address = new Address(0);
  private List<Tensor> inputs = List.of();
  private List<Tensor> outputs = List.of();

  Workspace(Plan plan) {
    this.plan = plan;
    this.scratch = Tensor.allocate(DType.UINT8, Shape.of(plan.scratchBytes()));
    this.args = new dnnl_exec_arg_t(Math.max(1, countArgs(plan)));
    this.calls = new Bound[plan.steps().size()][];
    int next = 0;
    for (int step = 0; step < calls.length; step++) {
      if (plan.steps().get(step) instanceof Step.Native primitives) {
        calls[step] = new Bound[primitives.tiles()];
        for (int tile = 0; tile < calls[step].length; tile++) {
          calls[step][tile] = bind(primitives.calls().get(tile), next);
          next += calls[step][tile].count();
        }
      }
    }
  }

  private static long countArgs(Plan plan) {
    long count = 0;
    for (Step step : plan.steps()) {
      if (step instanceof Step.Native primitives) {
        count += primitives.calls().stream().mapToInt(tile -> tile.args().size()).sum();
      }
    }
    return count;
  }

  private Bound bind(Step.Tile tile, int from) {
    int next = from;
    for (Step.Arg arg : tile.args()) {
      args.position(next++).arg(arg.index()).memory(memory(arg));
    }
    dnnl_exec_arg_t own = new dnnl_exec_arg_t(args.position(0));
    return new Bound(tile.primitive(), tile.args().size(), own.position(from));
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
  void attach(List<Tensor> newInputs, List<Tensor> newOutputs) {
    inputs = newInputs;
    outputs = newOutputs;
    point(looseInputs, newInputs);
    point(looseOutputs, newOutputs);
  }

  private void point(List<Loose> loose, List<Tensor> tensors) {
    for (int i = 0; i < loose.size(); i++) {
      Loose arg = loose.get(i);
      address.set(tensors.get(arg.index()).address() + arg.byteOffset());
      Library.check(dnnl.dnnl_memory_set_data_handle(arg.memory(), address));
    }
  }

  /** Lets go of the tensors of the last run. */
  void detach() {
    inputs = List.of();
    outputs = List.of();
  }

  int steps() {
    return calls.length;
  }

  int tiles(int step) {
    return calls[step] == null ? 1 : calls[step].length;
  }

  /** Runs one tile; OpenMP must be set to a single thread. */
  void run(int step, int tile) {
    if (calls[step] == null) {
      run((Step.Reference) plan.steps().get(step));
      return;
    }
    Bound call = calls[step][tile];
    Library.check(
        dnnl.dnnl_primitive_execute(call.primitive(), Library.stream(), call.count(), call.args()));
  }

  /** Runs everything on the calling thread; OpenMP must be set to a single thread. */
  void runAlone() {
    for (int step = 0; step < calls.length; step++) {
      for (int tile = 0; tile < tiles(step); tile++) {
        run(step, tile);
      }
    }
  }

  private void run(Step.Reference step) {
    List<Tensor> in = step.inputs().stream().map(this::tensor).toList();
    List<Tensor> out = step.outputs().stream().map(this::tensor).toList();
    ReferenceKernels.run(step.op(), in, out);
  }

  private Tensor tensor(View view) {
    Shape shape = Shape.of(view.dims());
    if (view.place() instanceof Place.Scratch own) {
      return scratch.view(view.dtype(), shape, own.offset());
    } else if (view.place() instanceof Place.Constant constant) {
      return constant.tensor().reshape(shape);
    } else if (view.place() instanceof Place.Input input) {
      return inputs.get(input.index()).reshape(shape);
    }
    return outputs.get(((Place.Output) view.place()).index()).reshape(shape);
  }

  @Override
  public void close() {
    natives.close();
    args.close();
    scratch.close();
  }
}
