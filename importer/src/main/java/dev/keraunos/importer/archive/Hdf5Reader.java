package dev.keraunos.importer.archive;

import dev.keraunos.keras.ModelFileException;
import java.util.function.Predicate;

/** Reads an HDF5 file into memory: open, read everything wanted, close. */
interface Hdf5Reader {
  /**
   * Reads the root group and what is in it.
   *
   * @param file from the user block or superblock on
   * @param wanted tells by its path, such as {@code /model_weights}, whether a group is read; what
   *     is not wanted is not even looked at
   * @throws ModelFileException if the file is broken or holds what Keraunos does not read
   */
  Hdf5Group read(ByteSource file, Predicate<String> wanted);

  /** Reads in plain Java and refuses the storage that only libhdf5 reads. */
  Hdf5Reader JAVA =
      (file, wanted) -> {
        try {
          return new JavaHdf5Reader().read(file, wanted);
        } catch (JavaHdf5Reader.BeyondJava e) {
          throw new ModelFileException(
              "/",
              e.getMessage(),
              "chunks as Keras and h5py write them by default",
              "Copy the file with h5repack --low=0 --high=0, or have libhdf5 read it if you trust"
                  + " where it comes from (a crafted file ends the JVM): loader().libhdf5(), or"
                  + " --libhdf5 on the command line.");
        }
      };

  /**
   * Reads in plain Java, and with libhdf5 where a file has chunks indexed the way of HDF5 1.10. An
   * older file that claims to have such chunks is refused: nobody writes them.
   */
  Hdf5Reader WITH_LIBRARY =
      (file, wanted) -> {
        try {
          return new JavaHdf5Reader().read(file, wanted);
        } catch (JavaHdf5Reader.BeyondJava e) {
          if (!Hdf5Superblock.read(file).hasChecksums()) {
            throw new ModelFileException(
                "/",
                e.getMessage() + " in a file of an older version",
                "chunks of the file's own version",
                "Copy the file with h5repack.");
          }
          return new NativeHdf5Reader().read(file, wanted);
        }
      };
}
