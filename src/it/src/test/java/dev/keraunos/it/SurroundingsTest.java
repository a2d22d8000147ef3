package dev.keraunos.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.it.Jvm.Ended;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens where libraries are missing or the heap is small. */
class SurroundingsTest {
  private static final String HEAP = "-Xmx48m";

  @TempDir Path folder;

  private static boolean isAny(Path entry) {
    return true;
  }

  private static boolean isNoJavaCpp(Path entry) {
    return !entry.toString().replace('\\', '/').contains("/org/bytedeco/");
  }

  private static boolean isNoNative(Path entry) {
    return isNoJavaCpp(entry)
        || !entry.getFileName().toString().matches(".*-(linux|macosx|windows)-\\w+\\.jar");
  }

  private static boolean isNoOpenCl(Path entry) {
    return !entry.getFileName().toString().startsWith("opencl-");
  }

  private static boolean isNoLibhdf5(Path entry) {
    return !entry.getFileName().toString().matches("hdf5-.*\\.jar");
  }

  private Ended predict(Predicate<Path> wanted) throws IOException, InterruptedException {
    Path model = Repository.root().resolve("fixtures/cases/keras2.2.4/models/sequential.h5");
    return Jvm.java(
        folder,
        List.of(),
        Jvm.classPath(wanted),
        Probe.class.getName(),
        model.toString(),
        String.valueOf(9 * 2));
  }

  @Test
  void isSilentOnTheFastEngine() throws IOException, InterruptedException {
    Ended ended = predict(SurroundingsTest::isAny);
    assertEquals("", ended.error());
    assertEquals("onednn", ended.out().lines().findFirst().orElseThrow());
  }

  @Test
  void runsWithoutNativeLibraries() throws IOException, InterruptedException {
    requirePlainJava(predict(SurroundingsTest::isNoNative));
  }

  @Test
  void runsWithoutJavaCpp() throws IOException, InterruptedException {
    requirePlainJava(predict(SurroundingsTest::isNoJavaCpp));
  }

  /** The class of oneDNN's natives names it as its base. */
  @Test
  void runsWithoutOpenCl() throws IOException, InterruptedException {
    requirePlainJava(predict(SurroundingsTest::isNoOpenCl));
  }

  @Test
  void isFastWithoutLibhdf5() throws IOException, InterruptedException {
    Ended ended = predict(SurroundingsTest::isNoLibhdf5);
    assertEquals("", ended.error());
    assertEquals("onednn", ended.out().lines().findFirst().orElseThrow());
  }

  private static void requirePlainJava(Ended ended) {
    assertEquals(0, ended.exit(), ended.error());
    assertEquals("reference", ended.out().lines().findFirst().orElseThrow());
    List<String> warnings = ended.error().lines().toList();
    assertEquals(1, warnings.size(), ended.error());
    assertTrue(warnings.get(0).startsWith("WARN "), ended.error());
    assertTrue(warnings.get(0).contains("oneDNN does not load"), ended.error());
  }

  @Test
  void doctorKnowsWhatIsMissing() throws IOException, InterruptedException {
    Ended ended =
        Jvm.java(
            folder,
            List.of(),
            Jvm.classPath(SurroundingsTest::isNoJavaCpp),
            "dev.keraunos.cli.Main",
            "doctor");
    assertEquals(0, ended.exit(), ended.error());
    assertTrue(ended.out().contains("does not work here: oneDNN does not load"), ended.out());
  }

  @Test
  void weightsMayExceedTheHeap() throws IOException, InterruptedException {
    Ended ended = loadZeros(List.of(HEAP));
    assertEquals(0, ended.exit(), ended.error());
  }

  @Test
  void limitThatTheUserSetStands() throws IOException, InterruptedException {
    Ended ended = loadZeros(List.of(HEAP, "-Dorg.bytedeco.javacpp.maxbytes=60m"));
    assertTrue(ended.error().contains("OutOfMemoryError"), ended.error());
  }

  /** A model of 77 MB, which {@code zeros.py} saved, unpacked. */
  private Ended loadZeros(List<String> options) throws IOException, InterruptedException {
    Path model = Files.createDirectory(folder.resolve("zeros"));
    try (InputStream packed = SurroundingsTest.class.getResourceAsStream("zeros.keras");
        ZipInputStream zip = new ZipInputStream(packed)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Files.copy(zip, model.resolve(entry.getName()));
      }
    }
    return Jvm.java(
        folder,
        options,
        Jvm.classPath(SurroundingsTest::isAny),
        Probe.class.getName(),
        model.toString(),
        String.valueOf(3));
  }
}
