package dev.keraunos.importer.internal.preprocessing;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.importer.internal.table.Lowering;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.importer.internal.topology.Argument;
import dev.keraunos.importer.layers.Masked;
import dev.keraunos.keras.config.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What layers of images may be given instead of images: a dict of {@code images} and what belongs
 * to them, {@code bounding_boxes} with {@code boxes} and {@code labels}, {@code labels}, {@code
 * segmentation_masks}. They give the same dict.
 */
final class LabelledImages {
  private static final String IMAGES = "images";
  private static final String BOXES = "bounding_boxes.boxes";
  private static final String LABELS = "bounding_boxes.labels";

  private LabelledImages() {}

  /** Layers that outside of training change the images alone. */
  static LayerRow imagesOnly(LayerRow.Plain images, String... names) {
    Lowering plain = LayerRow.passesInKeras3(images).lowering();
    return LayerRow.of(
        call ->
            isDict(call)
                ? each(
                    call, (path, x) -> path.equals(IMAGES) ? images.lower(call.on(x)) : x.value())
                : plain.lower(call),
        names);
  }

  /** {@code MaxNumBoundingBoxes}: as many boxes as the config says, the missing ones -1. */
  static List<Masked> limitBoxes(RowCall call) {
    Setting most = call.config().get("max_number");
    if (most.integer() < 0) {
      throw most.unexpected("a number from 0 on");
    }
    return each(
        call,
        (path, x) ->
            path.equals(BOXES) || path.equals(LABELS)
                ? limited(call, x.value(), most.integer())
                : x.value());
  }

  /** Keras 3 does not save {@code fill_value}, so that a loaded layer has -1. */
  private static Value limited(RowCall call, Value x, int most) {
    Value kept = Ops.sliceAxis(x, 1, Range.of(0, most));
    long missing = most - call.dim(kept, 1);
    List<Long> after = new ArrayList<>();
    List<Long> before = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      before.add(0L);
      after.add(axis == 1 ? missing : 0);
    }
    return Ops.pad(kept, before, after, Op.Pad.Mode.CONSTANT, -1);
  }

  private static boolean isDict(RowCall call) {
    return !call.arguments().isEmpty() && call.arguments().get(0) instanceof Argument.Entries;
  }

  private interface Change {
    Value apply(String path, Masked x);
  }

  /** Every tensor of the dict, which are the inputs in the order of their sorted paths. */
  private static List<Masked> each(RowCall call, Change change) {
    List<String> paths = new ArrayList<>();
    call.arguments().forEach(argument -> collect(argument, "", paths));
    List<Masked> outputs = new ArrayList<>();
    for (int i = 0; i < call.inputs().size(); i++) {
      Masked x = new Masked(call.autocast(call.input(i).value()), null);
      outputs.add(Masked.unmasked(change.apply(i < paths.size() ? paths.get(i) : "", x)));
    }
    return outputs;
  }

  private static void collect(Argument argument, String path, List<String> paths) {
    if (argument instanceof Argument.Entries dict) {
      for (Map.Entry<String, Argument> entry : new TreeMap<>(dict.entries()).entrySet()) {
        String key = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
        collect(entry.getValue(), key, paths);
      }
    } else {
      argument.tensors().forEach(tensor -> paths.add(path));
    }
  }
}
