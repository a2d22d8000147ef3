package dev.keraunos.engine.ort.internal;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.onnx.internal.proto.Elements;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.onnxruntime.Env;
import org.bytedeco.onnxruntime.LongVector;
import org.bytedeco.onnxruntime.MemoryInfo;
import org.bytedeco.onnxruntime.RunOptions;
import org.bytedeco.onnxruntime.Session;
import org.bytedeco.onnxruntime.SessionOptions;
import org.bytedeco.onnxruntime.StringVector;
import org.bytedeco.onnxruntime.TensorTypeAndShapeInfo;
import org.bytedeco.onnxruntime.Value;
import org.bytedeco.onnxruntime.ValueVector;
import org.bytedeco.onnxruntime.global.onnxruntime;

/** An ONNX model in ONNX Runtime, on the processor. */
final class OrtSession implements AutoCloseable {
  /** Made once: it holds threads and the log. */
  private static final class Shared {
    static final Env ENV = new Env(onnxruntime.ORT_LOGGING_LEVEL_FATAL, "keraunos");
    static final MemoryInfo MEMORY =
        MemoryInfo.CreateCpu(onnxruntime.OrtDeviceAllocator, onnxruntime.OrtMemTypeDefault);

    static String version() {
      return ENV.isNull() ? "" : onnxruntime.GetVersionString().getString();
    }
  }

  /** Memory of somebody else. */
  private static final class Address extends Pointer {
    Address(long bytes) {
      address = bytes;
    }
  }

  private final Session session;
  private final List<String> inputs;
  private final List<String> outputs;

  private OrtSession(Session session) {
    this.session = session;
    this.inputs = list(session.GetInputNames());
    this.outputs = list(session.GetOutputNames());
  }

  /**
   * Opens a file.
   *
   * @throws KeraunosException if ONNX Runtime refuses it, or does not load
   */
  static OrtSession open(Path file, int threads) {
    return guarded(
        () -> {
          try (SessionOptions options = options(threads);
              BytePointer path = new BytePointer(file.toString())) {
            return new OrtSession(new Session(Shared.ENV, path, options));
          }
        });
  }

  /** Opens the content of a file; see {@link #open(Path, int)}. */
  static OrtSession open(byte[] model, int threads) {
    return guarded(
        () -> {
          try (SessionOptions options = options(threads);
              BytePointer bytes = new BytePointer(model)) {
            return new OrtSession(new Session(Shared.ENV, bytes, model.length, options));
          }
        });
  }

  /**
   * Which release is in use.
   *
   * @throws KeraunosException if it does not load
   */
  static String version() {
    return guarded(() -> "ONNX Runtime " + Shared.version());
  }

  private static SessionOptions options(int threads) {
    SessionOptions options = new SessionOptions();
    options.SetIntraOpNumThreads(threads);
    options.AddConfigEntry("session.intra_op.allow_spinning", "0"); // other engines run beside it
    return options;
  }

  private interface Work<T> {
    T run();
  }

  private static <T> T guarded(Work<T> work) {
    try {
      return work.run();
    } catch (LinkageError e) {
      throw new KeraunosException(
          "ONNX Runtime does not load ("
              + e.getMessage()
              + "); add org.bytedeco:onnxruntime with the classifier of this platform to the class"
              + " path",
          e);
    } catch (KeraunosException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new KeraunosException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  private static List<String> list(StringVector names) {
    List<String> list = new ArrayList<>();
    for (long i = 0; i < names.size(); i++) {
      list.add(names.get(i).getString());
    }
    return list;
  }

  List<String> inputs() {
    return inputs;
  }

  List<String> outputs() {
    return outputs;
  }

  /**
   * Runs the model.
   *
   * @param given one tensor for each input, in their order
   * @return one tensor for each output, in their order; the caller owns them
   */
  List<Tensor> run(List<Tensor> given) {
    return guarded(() -> call(given));
  }

  private List<Tensor> call(List<Tensor> given) {
    try (PointerPointer<BytePointer> from = names(inputs);
        PointerPointer<BytePointer> to = names(outputs);
        Value values = new Value(Math.max(1, given.size()));
        RunOptions options = new RunOptions()) {
      for (int i = 0; i < given.size(); i++) {
        values.position(i).put(wrapped(given.get(i)));
      }
      values.position(0);
      ValueVector found = session.Run(options, from, values, given.size(), to, outputs.size());
      List<Tensor> results = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        results.add(copied(found.get(i)));
      }
      found.close();
      return results;
    }
  }

  private static PointerPointer<BytePointer> names(List<String> names) {
    return new PointerPointer<>(names.toArray(new String[0]));
  }

  private static Value wrapped(Tensor tensor) {
    long[] dims = tensor.shape().toArray();
    return Value.CreateTensor(
        Shared.MEMORY.asOrtMemoryInfo(),
        new Address(tensor.address()),
        tensor.byteSize(),
        dims,
        dims.length,
        Elements.code(tensor.dtype()));
  }

  private static Tensor copied(Value value) {
    try (TensorTypeAndShapeInfo info = value.GetTensorTypeAndShapeInfo();
        LongVector shape = info.GetShape()) {
      long[] dims = new long[(int) shape.size()];
      for (int i = 0; i < dims.length; i++) {
        dims[i] = shape.get(i);
      }
      DType type = Elements.of(info.GetElementType());
      Tensor copy = Tensor.allocate(type, Shape.of(dims));
      if (copy.size() > 0) {
        Pointer source = value.GetTensorMutableRawData();
        Pointer.memcpy(new Address(copy.address()), source, copy.byteSize());
      }
      return copy;
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
