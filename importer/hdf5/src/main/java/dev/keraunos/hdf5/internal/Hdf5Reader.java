package dev.keraunos.hdf5.internal;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.hdf5.internal.metadata.Superblock;
import java.util.function.Predicate;

/** Reads an HDF5 file into memory: open, read everything wanted, close. */
public interface Hdf5Reader {
  /**
   * Reads the root group and what is in it. Data keeps the file's shapes and element types; its
   * byte order is the machine's.
   *
   * @param file from the user block or superblock on; used up by it, where it is a stream's
   * @param wanted tells by its path, such as {@code /a/b}, whether a group or dataset is read; what
   *     is not wanted is not even looked at
   * @throws Hdf5Exception if the file is broken or holds what this reader leaves out
   */
  Hdf5Group read(ByteSource file, Predicate<String> wanted);

  /**
   * True if this is an HDF5 file, whole or not.
   *
   * @throws Hdf5Exception if reading fails
   */
  static boolean isHdf5(ByteSource file) {
    return Superblock.find(file).isPresent();
  }

  /**
   * Reads in plain Java and refuses the storage that only libhdf5 reads, by {@link
   * Kind#NEEDS_LIBRARY}.
   */
  Hdf5Reader JAVA = (file, wanted) -> new JavaReader().read(file, wanted);

  /**
   * Reads in plain Java, and with libhdf5 where a file has data packed with nbit or scaleoffset.
   * Only for files of known origin, since a crafted one makes libhdf5 end the JVM.
   */
  Hdf5Reader WITH_LIBRARY =
      (file, wanted) -> {
        try {
          return new JavaReader().read(file, wanted);
        } catch (Hdf5Exception e) {
          if (e.kind() != Kind.NEEDS_LIBRARY) {
            throw e;
          }
          return new NativeReader().read(file, wanted);
        }
      };
}
