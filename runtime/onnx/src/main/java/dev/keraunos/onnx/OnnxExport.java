package dev.keraunos.onnx;

import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Exportable;
import dev.keraunos.onnx.internal.lowering.ModelFile;
import dev.keraunos.onnx.internal.lowering.OnnxGraph;
import dev.keraunos.onnx.internal.proto.Message;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model as ONNX, opset 21: one graph whose inputs and outputs have the names, types and shapes of
 * the model's. What is unknown in a shape, such as the samples of a batch and the steps of a
 * sequence, stays so.
 *
 * <pre>{@code
 * OnnxExport.of(model).write(Path.of("model.onnx"));
 * }</pre>
 *
 * <p>Weights of more than a GiB lie in a file beside the model, of its name and {@code .data}. A
 * layer that keeps states starts from zeros at every call.
 */
public final class OnnxExport {
  /** The set of operators that is written. */
  public static final int OPSET = ModelFile.OPSET;

  /** Protocol Buffers end at 2 GiB. */
  static final long MOST_INSIDE = 1L << 30;

  private final Exportable model;
  private final List<String> wanted;
  private final long mostInside;

  private OnnxExport(Exportable model, List<String> wanted, long mostInside) {
    this.model = model;
    this.wanted = wanted;
    this.mostInside = mostInside;
  }

  /** The model with its own outputs. */
  public static OnnxExport of(Exportable model) {
    return new OnnxExport(model, List.copyOf(model.outputNames()), MOST_INSIDE);
  }

  /**
   * The same with what layers compute as further outputs.
   *
   * @param paths of layers, as {@code KerasModel.predict} takes them
   */
  public OnnxExport layers(String... paths) {
    List<String> more = new ArrayList<>(wanted);
    for (String path : paths) {
      if (!more.contains(path)) {
        more.add(path);
      }
    }
    return new OnnxExport(model, List.copyOf(more), mostInside);
  }

  /** The same with so many bytes of weights in the model's file at most. */
  OnnxExport mostInside(long bytes) {
    return new OnnxExport(model, wanted, bytes);
  }

  /**
   * Writes a file, and one beside it where the weights are too many for one.
   *
   * @throws KeraunosException listing every layer that ONNX has no form for
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    OnnxGraph graph = graph();
    boolean apart = graph.weightBytes() > mostInside;
    String beside = file.getFileName() + ".data";
    try {
      if (apart) {
        replace(file.resolveSibling(beside), channel -> writeWeights(graph, channel));
      }
      Message message = message(graph, apart ? Optional.of(beside) : Optional.empty());
      replace(file, message::writeTo);
    } catch (IOException e) {
      throw new UncheckedIOException("'" + file + "' cannot be written: " + reason(e), e);
    }
  }

  private interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /** Writes beside the file and puts that in its place, so that a failure leaves what was there. */
  private static void replace(Path file, Content content) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException("it is no file");
    }
    Path draft = target.resolveSibling("." + target.getFileName() + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(
              draft,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        content.writeTo(channel);
      }
      Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException
        ? "there is no such folder"
        : e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
  }

  /**
   * The content of the file.
   *
   * @throws KeraunosException listing every layer that ONNX has no form for, or if the weights are
   *     too many for one file
   */
  public byte[] toBytes() {
    OnnxGraph graph = graph();
    if (graph.weightBytes() > mostInside) {
      throw new KeraunosException(
          "the weights take "
              + graph.weightBytes()
              + " bytes, a single ONNX file takes up to "
              + mostInside
              + "; write it to a path, which puts them beside it");
    }
    return message(graph, Optional.empty()).toBytes();
  }

  private OnnxGraph graph() {
    return OnnxGraph.of(model.graph(wanted));
  }

  private Message message(OnnxGraph graph, Optional<String> beside) {
    return ModelFile.of(graph, model.provenance(), version(), beside);
  }

  private static String version() {
    String version = OnnxExport.class.getPackage().getImplementationVersion();
    return version == null ? "" : version;
  }

  private static void writeWeights(OnnxGraph graph, FileChannel channel) throws IOException {
    for (Tensor tensor : graph.initializers().values()) {
      if (ModelFile.liesApart(tensor)) {
        long gap = ModelFile.aligned(channel.position()) - channel.position();
        ByteBuffer zeros = ByteBuffer.allocate((int) gap);
        while (zeros.hasRemaining()) {
          channel.write(zeros);
        }
        Message.write(tensor, channel);
      }
    }
  }
}
