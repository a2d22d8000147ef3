package dev.keraunos.importer.internal.bundle;

import dev.keraunos.hdf5.internal.file.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a SavedModel says of its objects. Keras' own texts, one JSON document for each object, stand
 * in {@code keras_metadata.pb} from TensorFlow 2.5 on and in {@code saved_model.pb} before.
 *
 * @param tensorflow the version that wrote it, or empty
 * @param texts by node
 * @param hasObjects false for an export of TensorFlow 1
 * @param tables the lookup tables that the graph fills, by node
 */
public record SavedModelGraph(
    String tensorflow,
    Map<Integer, String> texts,
    boolean hasObjects,
    Map<Integer, LookupTable> tables) {
  /** Opens what stands in the folder {@code assets}. */
  public interface Assets {
    /** The text of a file. */
    String text(String name) throws IOException;
  }

  private static final String MODEL = "saved_model.pb";
  private static final String METADATA = "keras_metadata.pb";

  /**
   * Reads the files.
   *
   * @param metadata of newer versions
   * @param assets the files beside it
   * @throws dev.keraunos.keras.ModelFileException if they are damaged
   */
  public static SavedModelGraph of(ByteSource model, Optional<ByteSource> metadata, Assets assets)
      throws IOException {
    Optional<ByteSource> graph = Wire.find(model, 2, MODEL);
    if (graph.isEmpty()) {
      throw Wire.damaged(MODEL, "a file without a graph");
    }
    Optional<ByteSource> info = Wire.find(graph.get(), 1, MODEL);
    String version = info.map(i -> version(new Wire(MODEL, i.bytes(0, i.size())))).orElse("");
    Optional<ByteSource> objects = Wire.find(graph.get(), 7, MODEL);
    Map<Integer, String> texts =
        metadata
            .map(m -> listed(m.bytes(0, m.size())))
            .orElseGet(() -> objects.map(o -> inside(o.bytes(0, o.size()))).orElse(Map.of()));
    Map<Integer, LookupTable> tables = InitialTables.of(graph.get(), assets);
    return new SavedModelGraph(version, texts, objects.isPresent(), tables);
  }

  private static String version(Wire info) {
    String version = "";
    while (info.next()) {
      if (info.field() == 5) {
        version = info.text();
      } else {
        info.skip();
      }
    }
    return version;
  }

  private static Map<Integer, String> listed(ByteBuffer metadata) {
    Map<Integer, String> texts = new HashMap<>();
    Wire wire = new Wire(METADATA, metadata);
    while (wire.next()) {
      if (wire.field() != 1) {
        wire.skip();
        continue;
      }
      int node = 0;
      String text = "";
      Wire object = wire.message();
      while (object.next()) {
        switch (object.field()) {
          case 2 -> node = (int) object.number();
          case 5 -> text = object.text();
          default -> object.skip();
        }
      }
      texts.put(node, text);
    }
    return texts;
  }

  private static Map<Integer, String> inside(ByteBuffer objects) {
    Map<Integer, String> texts = new HashMap<>();
    Wire wire = new Wire(MODEL, objects);
    for (int node = 0; wire.next(); ) {
      if (wire.field() != 1) {
        wire.skip();
        continue;
      }
      Wire object = wire.message();
      while (object.next()) {
        if (object.field() == 4) {
          putText(object.message(), node, texts);
        } else {
          object.skip();
        }
      }
      node++;
    }
    return texts;
  }

  private static void putText(Wire user, int node, Map<Integer, String> texts) {
    while (user.next()) {
      if (user.field() == 3) {
        texts.put(node, user.text());
      } else {
        user.skip();
      }
    }
  }
}
