package dev.keraunos.hdf5.internal;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.tensor.Tensor;
import java.io.PrintStream;
import org.bytedeco.hdf5.H5E_auto2_t;
import org.bytedeco.hdf5.global.hdf5;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/** Loads libhdf5, once and without a word on standard error. */
final class HdfLibrary {
  private static final String FAILURE = tryLoad();

  private HdfLibrary() {}

  /**
   * Makes sure that libhdf5 is there and prints no errors of its own.
   *
   * @throws Hdf5Exception if it does not load on this machine
   */
  static void load() {
    if (!FAILURE.isEmpty()) {
      throw new Hdf5Exception(
          Kind.NO_LIBRARY,
          "/",
          "HDF5 storage that only libhdf5 reads, which does not load here (" + FAILURE + ")",
          "storage that plain Java reads",
          "Add org.bytedeco:hdf5 with this platform's classifier, or copy the file with h5repack"
              + " --low=0 --high=0 -f NONE -l CONTI.");
    }
  }

  /**
   * JavaCPP prints a warning that the versions of its hdf5 and core jars differ, which they do on
   * purpose: that pair is the one all the native libraries in use agree with. It offers no switch
   * for that line alone.
   */
  private static String tryLoad() {
    if (!Tensor.hasAddresses()) {
      return "JavaCPP, org.bytedeco:javacpp, does not load";
    }
    PrintStream error = System.err;
    System.setErr(
        new PrintStream(error, true) {
          @Override
          public void println(String line) {
            if (line == null || !line.contains("Versions of org.bytedeco:javacpp")) {
              super.println(line);
            }
          }
        });
    try {
      Loader.load(hdf5.class);
      hdf5.H5open();
      hdf5.H5Eset_auto2(hdf5.H5E_DEFAULT, (H5E_auto2_t) null, (Pointer) null);
      return "";
    } catch (LinkageError | RuntimeException e) {
      return e.toString();
    } finally {
      System.setErr(error);
    }
  }
}
