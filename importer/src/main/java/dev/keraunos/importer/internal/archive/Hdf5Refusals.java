package dev.keraunos.importer.internal.archive;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.keras.ModelFileException;

/** What the HDF5 reader refuses, as a problem of a model file, with what Keras can do about it. */
final class Hdf5Refusals {
  private static final String SAVE_AGAIN = "Save the model with Keras itself";

  private Hdf5Refusals() {}

  static ModelFileException of(Hdf5Exception e) {
    return switch (e.kind()) {
      case BROKEN -> refusal(e, e.allowed(), e.remedy());
      case UNSUPPORTED ->
          refusal(e, e.allowed(), e.remedy().isEmpty() ? SAVE_AGAIN + "." : e.remedy());
      case LINK -> refusal(e, e.allowed(), SAVE_AGAIN + ", which writes no such links.");
      case SHARED -> refusal(e, e.allowed() + ", as Keras writes", e.remedy());
      case NEEDS_LIBRARY ->
          refusal(
              e,
              e.allowed(),
              "Copy the file with h5repack -f NONE, or have libhdf5 read it if you trust"
                  + " where it comes from (a crafted file ends the JVM): loader().libhdf5(), or"
                  + " --libhdf5 on the command line.");
      case NO_LIBRARY -> refusal(e, "the storage Keras itself writes", e.remedy());
    };
  }

  private static ModelFileException refusal(Hdf5Exception e, String allowed, String remedy) {
    return new ModelFileException(e.objectPath(), e.found(), allowed, remedy, e);
  }
}
