package dev.keraunos.engine.onednn.internal.library;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.tensor.Tensor;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/** The native library: loaded once, on first use, or the reason why it does not load. */
public final class Library {
  private static final Optional<String> FAILURE = load();

  private Library() {}

  /** The one CPU engine and stream. Streams of the CPU hold no state, so all threads share it. */
  private static final class Handles {
    static final dnnl_engine ENGINE = new dnnl_engine();
    static final dnnl_stream STREAM = new dnnl_stream();

    static {
      check(dnnl.dnnl_engine_create(ENGINE, dnnl.dnnl_cpu, 0));
      check(dnnl.dnnl_stream_create(STREAM, ENGINE, dnnl.dnnl_stream_default_flags));
    }
  }

  /** Nothing here may rely on JavaCPP: it may be what is missing. */
  private static Optional<String> load() {
    String platform = "of your platform";
    try {
      if (Tensor.hasAddresses()) {
        platform = Loader.getPlatform();
      }
      Loader.load(dnnl.class);
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(explain(e, platform, Library.class.getModule().isNamed()));
    }
  }

  /** One sentence on a failure to load, with the remedy. */
  static String explain(Throwable failure, String platform, boolean onModulePath) {
    String cause = failure.getClass().getSimpleName() + ": " + failure.getMessage();
    return "oneDNN does not load ("
        + cause.lines().findFirst().orElse("")
        + "); "
        + (onModulePath ? "start Java with --add-modules ALL-MODULE-PATH, " : "")
        + "put org.bytedeco:dnnl, opencl and javacpp with the classifier "
        + platform
        + (onModulePath ? " on the module path" : " on the class path")
        + ", give JavaCPP a folder to write to with -Dorg.bytedeco.javacpp.cachedir=FOLDER,"
        + " or choose the engine 'reference'";
  }

  /** Why the library cannot be used here; empty if it can. */
  public static Optional<String> failure() {
    return FAILURE;
  }

  public static dnnl_engine engine() {
    return Handles.ENGINE;
  }

  public static dnnl_stream stream() {
    return Handles.STREAM;
  }

  /** Whether oneDNN computes with AVX-512 or better here. */
  public static boolean hasAvx512() {
    int wanted = dnnl.dnnl_cpu_isa_avx512_core;
    return (dnnl.dnnl_get_effective_cpu_isa() & wanted) == wanted;
  }

  /**
   * Whether oneDNN sums products of bytes exactly here. Older instructions add pairs of them in 16
   * bits.
   */
  public static boolean sumsBytes() {
    int isa = dnnl.dnnl_get_effective_cpu_isa();
    return Stream.of(dnnl.dnnl_cpu_isa_avx2_vnni, dnnl.dnnl_cpu_isa_avx512_core_vnni)
        .anyMatch(wanted -> (isa & wanted) == wanted);
  }

  /** Version, threading and the instruction set in use. */
  public static String description() {
    dnnl_version_t version = dnnl.dnnl_version();
    return String.format(
        "oneDNN %d.%d.%d, %s",
        version.major(),
        version.minor(),
        version.patch(),
        dnnl.get_effective_cpu_isa().intern().name());
  }

  /**
   * Fails on any status but success.
   *
   * @throws KeraunosException which is a defect of this engine: a primitive that was accepted fails
   */
  public static void check(int status) {
    if (status != dnnl.dnnl_success) {
      throw new KeraunosException(
          "oneDNN reports status " + status + "; the engine 'reference' runs every model");
    }
  }
}
