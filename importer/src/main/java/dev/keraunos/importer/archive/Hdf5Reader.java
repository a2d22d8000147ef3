package dev.keraunos.importer.archive;

import dev.keraunos.importer.ModelFileException;
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

  /**
   * Reads a file in plain Java, or with libhdf5 where it has chunks indexed the way of HDF5 1.10.
   * Such files carry checksums in all their structures. An older file that claims to have such
   * chunks is refused: libhdf5 would be led by structures that nothing protects, and it does not
   * survive every damage.
   */
  static Hdf5Group readAny(ByteSource file, Predicate<String> wanted) {
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
  }
}
