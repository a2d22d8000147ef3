package dev.keraunos.engine.onednn.internal.library;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencl.User_func_Pointer;
import org.bytedeco.opencl.global.OpenCL;

/**
 * The number of OpenMP threads that oneDNN uses when called from the current thread.
 *
 * <p>oneDNN has no function for it and its Java binding does not bind {@code omp_set_num_threads},
 * so the function is called by address through a binding of the same machine signature (one
 * argument in the first integer register, no result). Where the symbol is missing the library is
 * built without OpenMP and nothing needs setting.
 */
public final class OpenMp {
  private static final User_func_Pointer SET_NUM_THREADS = find();
  private static final Pointer ONE = new Argument(1);
  private static final Pointer DEFAULT = new Argument(defaultThreads());

  private OpenMp() {}

  /** An integer where the binding wants a pointer. */
  private static final class Argument extends Pointer {
    Argument(long value) {
      address = value;
    }
  }

  private static User_func_Pointer find() {
    Loader.load(OpenCL.class);
    Pointer function = Loader.addressof("omp_set_num_threads");
    if (function == null) {
      return null;
    }
    PointerPointer<Pointer> holder = new PointerPointer<>(2);
    holder.put(0, function).put(1, (Pointer) null);
    return new User_func_Pointer(holder);
  }

  private static int defaultThreads() {
    String variable = System.getenv("OMP_NUM_THREADS");
    return variable != null && variable.matches("[1-9]\\d{0,4}")
        ? Integer.parseInt(variable)
        : Runtime.getRuntime().availableProcessors();
  }

  /** oneDNN calls of this thread run on this thread alone from now on. */
  public static void single() {
    if (SET_NUM_THREADS != null) {
      SET_NUM_THREADS.call(ONE);
    }
  }

  /** Undoes {@link #single} for the sake of other users of OpenMP on this thread. */
  public static void restore() {
    if (SET_NUM_THREADS != null) {
      SET_NUM_THREADS.call(DEFAULT);
    }
  }
}
