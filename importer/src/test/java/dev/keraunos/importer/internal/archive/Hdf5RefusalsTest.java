package dev.keraunos.importer.internal.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.keras.ModelFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What users read where the HDF5 reader refuses a file. */
class Hdf5RefusalsTest {
  private static void assertRefused(String file, String message) {
    Path path = Fixtures.folder(file);
    ModelFileException refusal =
        assertThrows(ModelFileException.class, () -> ModelArchive.open(path).close());
    assertEquals(path + ": " + message, refusal.getMessage());
    assertEquals(Hdf5Exception.class, refusal.getCause().getClass());
  }

  @Test
  void keepsItsWords() {
    assertRefused(
        "hostile/few_chunks.h5",
        "/model_weights/shared/shared/kernel:0: found a dataset that claims 1073741568 bytes;"
            + " allowed: the 0 bytes stored for it. The file is damaged or hostile: fetch it"
            + " again.");
  }

  @Test
  void keepsItsAdvice() {
    assertRefused(
        "hostile/szip.h5",
        "/model_weights/shared/shared/kernel:0: found data packed with szip; allowed: gzip,"
            + " shuffle, fletcher32 and lzf. Copy the file with h5repack -f NONE, or save the model"
            + " again.");
  }

  @Test
  void advisesSavingAgain() {
    assertRefused(
        "hostile/virtual.h5",
        "/model_weights/shared/shared/kernel:0: found a virtual dataset; allowed: data stored in"
            + " this file. Save the model with Keras itself.");
  }

  @Test
  void saysWhatKerasLinks() {
    assertRefused(
        "hostile/soft_link.h5",
        "/model_weights: found a soft link 'shared'; allowed: hard links only: others may lead to"
            + " files of your machine. Save the model with Keras itself, which writes no such"
            + " links.");
  }

  @Test
  void saysHowKerasSharesObjects() {
    assertRefused(
        "hostile/hard_link_twice.h5",
        "/model_weights/shared: found a second link to the object at 7672; allowed: one path to"
            + " each object, as Keras writes. Remove the other link.");
  }

  @Test
  void saysHowToAskForTheLibrary() {
    assertRefused(
        "hostile/scaleoffset.h5",
        "/model_weights/shared/shared/kernel:0: found data packed with scaleoffset; allowed: gzip,"
            + " shuffle, fletcher32 and lzf. Copy the file with h5repack -f NONE, or have libhdf5"
            + " read it if you trust where it comes from (a crafted file ends the JVM):"
            + " loader().libhdf5(), or --libhdf5 on the command line.");
  }

  @Test
  void saysWhichStorageKerasWrites() {
    Hdf5Exception missing =
        new Hdf5Exception(Hdf5Exception.Kind.NO_LIBRARY, "/", "no library", "plain", "Add it.");
    assertEquals(
        "/: found no library; allowed: the storage Keras itself writes. Add it.",
        Hdf5Refusals.of(missing).getMessage());
  }
}
