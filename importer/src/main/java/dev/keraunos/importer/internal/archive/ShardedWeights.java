package dev.keraunos.importer.internal.archive;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.internal.Hdf5Group;
import dev.keraunos.hdf5.internal.Hdf5Reader;
import dev.keraunos.hdf5.internal.file.ByteSource;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Weights that Keras 3.10 and later split over several files: an index {@code *.weights.json} says
 * which files hold the variables of which object.
 */
final class ShardedWeights {
  private ShardedWeights() {}

  static WeightStore read(Hdf5Reader reader, JsonNode index, Path indexFile) throws IOException {
    JsonNode map = index.path("weight_map");
    if (!map.isObject()) {
      throw new ModelFileException(
          "", "JSON without weight_map", "the index of sharded weights", "");
    }
    Hdf5Group merged = newGroup();
    Map<String, Hdf5Group> shards = new LinkedHashMap<>();
    for (Iterator<String> paths = map.fieldNames(); paths.hasNext(); ) {
      String path = paths.next();
      for (String name : shardNames(map.get(path), path)) {
        Hdf5Group shard = shards.get(name);
        if (shard == null) {
          shard = open(reader, indexFile, name);
          shards.put(name, shard);
        }
        merge(find(shard, path), create(merged, path), path);
      }
    }
    return new WeightStore.ByObject(WeightFiles.entry(merged, ""));
  }

  private static Set<String> shardNames(JsonNode entry, String path) {
    Set<String> names = new LinkedHashSet<>();
    if (entry.isTextual()) {
      names.add(entry.asText());
    }
    entry.forEach(name -> names.add(name.asText()));
    for (String name : names) {
      boolean bare =
          !name.isEmpty() && !name.contains("/") && !name.contains("\\") && !name.contains(":");
      if (!bare || name.startsWith(".")) {
        throw new ModelFileException(
            "weight_map " + path,
            "the file name '" + name + "'",
            "names of files beside the index",
            "");
      }
    }
    return names;
  }

  private static Hdf5Group open(Hdf5Reader reader, Path indexFile, String name) throws IOException {
    Path shard = indexFile.resolveSibling(name);
    if (!Files.isRegularFile(shard)) {
      throw new ModelFileException("", "no file " + shard, "all files that the index names", "");
    }
    try (ByteSource source = ByteSource.of(shard)) {
      return WeightFiles.read(reader, source);
    } catch (ModelFileException e) {
      throw e.in(shard.toString());
    } catch (Hdf5Exception e) {
      throw Hdf5Refusals.of(e).in(shard.toString());
    }
  }

  private static Hdf5Group newGroup() {
    return Hdf5Group.empty(new LinkedHashMap<>());
  }

  private static Hdf5Group find(Hdf5Group group, String path) {
    Hdf5Group at = group;
    for (String part : path.split("/", -1)) {
      at = part.isEmpty() ? at : at.groups().get(part);
      if (at == null) {
        throw new ModelFileException(path, "no such group", "one for every entry of the index", "");
      }
    }
    return at;
  }

  private static Hdf5Group create(Hdf5Group group, String path) {
    Hdf5Group at = group;
    for (String part : path.split("/", -1)) {
      at = part.isEmpty() ? at : at.groups().computeIfAbsent(part, name -> newGroup());
    }
    return at;
  }

  private static void merge(Hdf5Group from, Hdf5Group to, String path) {
    to.attributes().putAll(from.attributes());
    for (Map.Entry<String, Tensor> variable : from.datasets().entrySet()) {
      if (to.datasets().put(variable.getKey(), variable.getValue()) != null) {
        throw new ModelFileException(
            path + "/" + variable.getKey(), "a variable in two shards", "each in one", "");
      }
    }
  }
}
