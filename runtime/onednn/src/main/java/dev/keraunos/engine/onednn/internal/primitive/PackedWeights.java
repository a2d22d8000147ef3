package dev.keraunos.engine.onednn.internal.primitive;

import dev.keraunos.engine.onednn.internal.library.Address;
import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.library.Natives;
import dev.keraunos.engine.onednn.internal.step.Place;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Node;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Weights in the layouts that primitives want, and what follows from constants alone; each computed
 * once and shared by all plans.
 */
public final class PackedWeights implements AutoCloseable {
  /** Weights of more bytes than this do not stay in a cache: every part of a batch reads them. */
  public static final long CACHE = 4 << 20;

  /** Which elements of which constant, and the layout as oneDNN serialises it. */
  private record Key(long address, List<Long> dims, List<Long> strides, ByteBuffer layout) {}

  /** What was packed, and from what: while that is kept, nothing else has its address. */
  private record Packed(Place.Constant place, Place.Constant source) {}

  private final Map<Key, Packed> packed = new HashMap<>();
  private final Map<Node, List<Tensor>> computed = new HashMap<>();

  /** The results of a node that reads nothing but constants. */
  public synchronized List<Tensor> computed(Node node, Supplier<List<Tensor>> results) {
    List<Tensor> known = computed.get(node);
    if (known == null) {
      known = results.get();
      computed.put(node, known);
    }
    return known;
  }

  /** The elements of a constant, in the wanted layout. */
  synchronized Place pack(View source, dnnl_memory_desc given, dnnl_memory_desc wanted) {
    if (!(source.place() instanceof Place.Constant constant)) {
      throw new IllegalArgumentException(source + " is no constant");
    }
    long address = constant.tensor().address() + source.byteOffset();
    List<Long> dims = Arrays.stream(source.dims()).boxed().toList();
    List<Long> strides = Arrays.stream(source.strides()).boxed().toList();
    return packed
        .computeIfAbsent(
            new Key(address, dims, strides, blob(wanted)),
            key -> {
              Shape bytes = Shape.of(dnnl.dnnl_memory_desc_get_size(wanted));
              Tensor target = Tensor.allocate(DType.UINT8, bytes);
              Pointer from = new Address(address);
              Pointer to = new Address(target.address());
              if (!reorder(from, given, to, wanted)) {
                reorderInTwoSteps(source, from, given, to, wanted);
              }
              return new Packed(new Place.Constant(target), constant);
            })
        .place();
  }

  /** By a copy whose rows lie one behind the other. */
  private static void reorderInTwoSteps(
      View source, Pointer from, dnnl_memory_desc given, Pointer to, dnnl_memory_desc wanted) {
    try (Natives natives = new Natives();
        Tensor copy = Tensor.allocate(source.dtype(), Shape.of(source.dims()))) {
      View rows = View.of(new Place.Constant(copy), source.dtype(), copy.shape());
      dnnl_memory_desc between = Primitives.layout(rows, natives);
      Pointer data = new Address(copy.address());
      if (!reorder(from, given, data, between) || !reorder(data, between, to, wanted)) {
        throw new KeraunosException(
            "oneDNN cannot pack weights of "
                + source.dtype()
                + "; the engine 'reference' runs every model");
      }
    }
  }

  private static ByteBuffer blob(dnnl_memory_desc layout) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      Library.check(dnnl.dnnl_memory_desc_get_blob((BytePointer) null, size, layout));
      byte[] bytes = new byte[(int) size.get()];
      Library.check(dnnl.dnnl_memory_desc_get_blob(bytes, size, layout));
      return ByteBuffer.wrap(bytes);
    }
  }

  /** Whether oneDNN could. */
  private static boolean reorder(
      Pointer from, dnnl_memory_desc given, Pointer to, dnnl_memory_desc wanted) {
    try (Natives natives = new Natives();
        dnnl_exec_arg_t args = new dnnl_exec_arg_t(2)) {
      dnnl_primitive_desc description = new dnnl_primitive_desc();
      int status =
          dnnl.dnnl_reorder_primitive_desc_create(
              description,
              given,
              Library.engine(),
              wanted,
              Library.engine(),
              (dnnl_primitive_attr) null);
      if (status != dnnl.dnnl_success) {
        return false;
      }
      natives.own(description, () -> dnnl.dnnl_primitive_desc_destroy(description));
      dnnl_primitive primitive = new dnnl_primitive();
      Library.check(dnnl.dnnl_primitive_create(primitive, description));
      natives.own(primitive, () -> dnnl.dnnl_primitive_destroy(primitive));
      args.position(0).arg(dnnl.DNNL_ARG_FROM).memory(memory(natives, given, from));
      args.position(1).arg(dnnl.DNNL_ARG_TO).memory(memory(natives, wanted, to));
      Library.check(dnnl.dnnl_primitive_execute(primitive, Library.stream(), 2, args.position(0)));
      return true;
    }
  }

  private static dnnl_memory memory(Natives natives, dnnl_memory_desc layout, Pointer data) {
    dnnl_memory memory = new dnnl_memory();
    Library.check(dnnl.dnnl_memory_create(memory, layout, Library.engine(), data));
    return natives.own(memory, () -> dnnl.dnnl_memory_destroy(memory));
  }

  @Override
  public synchronized void close() {
    packed.values().forEach(weights -> weights.place().tensor().close());
    packed.clear();
    computed.values().forEach(results -> results.forEach(Tensor::close));
    computed.clear();
  }
}
