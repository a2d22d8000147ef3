package dev.keraunos.importer.internal.archive;

import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.importer.internal.archive.WeightStore.Entry;
import dev.keraunos.keras.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The files in the folder {@code assets} of an archive: its paths are those of the weights. */
final class Assets {
  static final String FOLDER = "assets/";

  /** How the names of those that are read end. */
  static final String TEXT = ".txt";

  /** More than any model nests its layers. */
  private static final int DEPTH = 64;

  private Assets() {}

  /** The files of an unzipped archive. */
  static Map<String, String> read(Path directory) throws IOException {
    Path folder = directory.resolve(FOLDER);
    Map<String, String> files = new LinkedHashMap<>();
    if (!Files.isDirectory(folder)) {
      return files;
    }
    try (Stream<Path> all = Files.walk(folder, DEPTH)) {
      for (Path file : (Iterable<Path>) all.sorted()::iterator) {
        if (file.toString().endsWith(TEXT) && Files.isRegularFile(file)) {
          try (ByteSource source = ByteSource.of(file)) {
            String path = folder.relativize(file).toString().replace('\\', '/');
            files.put(path, source.text(0, Math.min(source.size(), ArchiveLimits.JSON_BYTES)));
          }
        }
      }
    }
    return files;
  }

  /**
   * The objects of a store with their files.
   *
   * @param files by path below {@link #FOLDER}
   */
  static WeightStore attach(WeightStore store, Map<String, String> files) {
    for (String path : files.keySet()) {
      if (path.chars().filter(c -> c == '/').count() > DEPTH) {
        throw new ModelFileException(
            FOLDER + path, "a path of more than " + DEPTH + " folders", "the paths of layers", "");
      }
    }
    return store instanceof WeightStore.ByObject objects && !files.isEmpty()
        ? new WeightStore.ByObject(attach(objects.root(), files))
        : store;
  }

  private static Entry attach(Entry entry, Map<String, String> files) {
    Map<String, String> own = new LinkedHashMap<>();
    Map<String, Map<String, String>> below = new LinkedHashMap<>();
    files.forEach(
        (path, text) -> {
          int slash = path.indexOf('/');
          if (slash < 0) {
            own.put(path, text);
          } else {
            below
                .computeIfAbsent(path.substring(0, slash), name -> new LinkedHashMap<>())
                .put(path.substring(slash + 1), text);
          }
        });
    Map<String, Entry> children = new LinkedHashMap<>(entry.children());
    below.forEach(
        (name, inner) -> {
          String path = (entry.path().equals("/") ? "" : entry.path()) + "/" + name;
          Entry none = new Entry(path, Optional.empty(), List.of(), Map.of(), Map.of());
          children.put(name, attach(children.getOrDefault(name, none), inner));
        });
    return new Entry(entry.path(), entry.layerName(), entry.variables(), children, own);
  }
}
