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
   * Reads what Keras writes in plain Java; a file that was rewritten by other tools, with chunks,
   * compression or fractal heaps, through libhdf5.
   */
  static Hdf5Group readAny(ByteSource file, Predicate<String> wanted) {
    try {
      return new JavaHdf5Reader().read(file, wanted);
    } catch (JavaHdf5Reader.BeyondJava e) {
      return new NativeHdf5Reader().read(file, wanted);
    }
  }
}
