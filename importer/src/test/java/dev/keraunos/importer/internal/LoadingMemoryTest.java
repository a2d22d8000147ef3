package dev.keraunos.importer.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.importer.internal.archive.Fixtures;
import dev.keraunos.importer.internal.archive.ModelArchive;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.tensor.MemoryMeter;
import dev.keraunos.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Loading takes at most 1.3 times the file's size beside the weights, and leaves the weights alone.
 * The bytes are counted.
 */
class LoadingMemoryTest {
  private static final ModelRegistry LAMBDAS =
      ModelRegistry.builder().acceptDecodedLambdas().build();

  private static final long LARGE = 60_000;

  /** What a variable, or an operation without one, brings along: alignment, an epsilon. */
  private static final long BESIDE = 256;

  /** Penalties need locally connected kernels as stored, predictions need them rearranged. */
  static List<Path> models() {
    return Fixtures.models().stream()
        .filter(file -> !file.toString().contains("locally_connected"))
        .filter(
            file ->
                file.toFile().length() > LARGE && !file.startsWith(Fixtures.folder("reference")))
        .toList();
  }

  private interface Opening {
    ModelArchive open() throws IOException;
  }

  @ParameterizedTest
  @MethodSource("models")
  void staysBelowItsBound(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    check(() -> ModelArchive.open(file), content.length, 0);
    check(() -> ModelArchive.open(content, "bytes"), content.length, content.length);
    try (InputStream stream = new ByteArrayInputStream(content)) {
      check(() -> ModelArchive.open(stream, "stream"), content.length, 0);
    }
  }

  /**
   * Loads a model.
   *
   * @param given how many bytes of the file the caller holds in memory
   */
  private static void check(Opening opening, long fileSize, long given) throws IOException {
    MemoryMeter meter = new MemoryMeter();
    meter.peak();
    ModelArchive archive = opening.open();
    long weights =
        archive.weights().arrays().stream().map(a -> a.value()).mapToLong(Tensor::byteSize).sum();
    long peak = meter.peak() + given;
    assertTrue(peak <= 1.3 * fileSize + weights, peak + " for " + fileSize + " and " + weights);
    try (ImportedModel model = ImportedModel.of(archive, LAMBDAS)) {
      long left = meter.now();
      int layers = model.lowered().layerOutputs().size();
      long small = BESIDE * Math.max(layers, archive.weights().arrays().size());
      assertTrue(left <= weights + small, left + " beside weights of " + weights);
      assertTrue(meter.peak() <= 1.3 * fileSize + weights, "the peak when lowered");
      assertTrue(model.lowered().graph().nodes().size() > 1);
    }
  }
}
