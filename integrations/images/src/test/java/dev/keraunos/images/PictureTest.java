package dev.keraunos.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import dev.keraunos.testing.Tolerance;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every picture, resizing and preparation as Keras 3.15.1, Pillow and TensorFlow give them. */
class PictureTest {
  private static final Path CASES = Path.of("src/test/cases");

  private static Npz recorded(String name) {
    return Npz.read(CASES.resolve(name + ".npz"));
  }

  private static Stream<String> names(String archive) {
    return recorded(archive).arrays().keySet().stream();
  }

  private static Picture read(String name) {
    return Images.read(CASES.resolve(name.contains(".") ? name : name + ".png"));
  }

  private static Picture coloured(Picture picture, String mode) {
    return switch (mode) {
      case "grayscale" -> picture.gray();
      case "rgba" -> picture.rgba();
      default -> picture.rgb();
    };
  }

  private static int[] size(String text) {
    return Stream.of(text.split("x", -1)).mapToInt(Integer::parseInt).toArray();
  }

  private static <E extends Enum<E>> E named(Class<E> type, String name) {
    return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
  }

  /** In the shape of an array of Pillow, which has no channels of gray. */
  private static void check(
      Map<String, Tensor> recorded, String name, Picture picture, Tolerance as) {
    Tensor expected = recorded.get(name).cast(DType.FLOAT32);
    assertEquals(expected.shape().dim(0), picture.height(), name);
    assertEquals(expected.shape().dim(1), picture.width(), name);
    as.check(expected, picture.toTensor().reshape(expected.shape()), name);
  }

  @Test
  void everyKindOfFileInEveryColour() {
    Map<String, Tensor> recorded = recorded("loaded").arrays();
    for (String name : recorded.keySet()) {
      String[] parts = name.split("/", -1);
      check(recorded, name, coloured(read(parts[0]), parts[1]), Tolerance.EXACT);
    }
    assertEquals(3 * (28 + 7) - 1, recorded.size());
  }

  private static Picture resized(String name, int pillow) {
    String[] parts = name.split("/", -1);
    Picture picture = coloured(read(parts[0]), parts[1]).pillow(pillow);
    Resampling how = named(Resampling.class, parts[2]);
    int[] size = size(parts[3]);
    return parts.length > 4
        ? picture.resizeKeepingAspectRatio(size[0], size[1], how)
        : picture.resize(size[0], size[1], how);
  }

  @Test
  void resizingIsThatOfPillow() {
    Map<String, Tensor> recorded = recorded("resized").arrays();
    for (String name : recorded.keySet()) {
      check(recorded, name, resized(name, 13), Tolerance.EXACT);
    }
  }

  @Test
  void olderPillowResizesRowsFirst() {
    Map<String, Tensor> now = recorded("resized").arrays();
    Map<String, Tensor> before = recorded("resized_old").arrays();
    for (String name : now.keySet()) {
      Map<String, Tensor> recorded = before.containsKey(name) ? before : now;
      check(recorded, name, resized(name, 12), Tolerance.EXACT);
    }
    assertTrue(before.size() > 40);
  }

  @Test
  void interpolationIsThatOfTensorFlow() {
    Map<String, Tensor> recorded = recorded("interpolated").arrays();
    for (String name : recorded.keySet()) {
      String[] parts = name.split("/", -1);
      boolean smart = parts[0].equals("smart");
      Interpolation how = named(Interpolation.class, parts[smart ? 1 : 0]);
      int[] size = size(parts[smart ? 2 : 1]);
      boolean antialias = !smart && parts.length > 2;
      Picture picture = read("rgb");
      Picture result =
          smart
              ? picture.smartResize(size[0], size[1], how)
              : picture.interpolate(size[0], size[1], how, antialias);
      check(recorded, name, result, Tolerance.PREDICTION);
    }
  }

  private static Stream<String> preprocessed() {
    return names("preprocessed").filter(name -> !name.equals("x"));
  }

  @ParameterizedTest
  @MethodSource("preprocessed")
  void everyFamilyPreparesItsPixels(String name) {
    String family = name.split("/", -1)[0];
    Picture picture = name.endsWith("first") ? read("rgb").channelsFirst() : read("rgb");
    Picture result =
        switch (family) {
          case "imagenet_utils" -> picture.caffe();
          case "resnet50" -> picture.preprocess(Application.RESNET);
          default -> picture.preprocess(named(Application.class, family));
        };
    Tolerance.EXACT.check(recorded("preprocessed").arrays().get(name), result.toTensor(), name);
  }

  @Test
  void everyFamilyIsRecorded() {
    List<String> recorded = preprocessed().toList();
    for (Application family : Application.values()) {
      String name = family.name().toLowerCase(Locale.ROOT);
      assertTrue(recorded.contains(name + "/channels_first"), name);
    }
  }

  @Test
  void whatIsWishedForInOneLine() {
    float[] x = read("rgb").resize(8, 8, Resampling.BILINEAR).scale(1 / 127.5f, -1).toArray();
    assertEquals(8 * 8 * 3, x.length);
    float[] pixels = read("rgb").resize(8, 8, Resampling.BILINEAR).toArray();
    assertEquals(pixels[5] * (1 / 127.5f) - 1, x[5]);
  }

  @Test
  void batchesHaveOneSize() {
    Picture gray = read("gray8").gray();
    Tensor batch = Images.batch(List.of(gray, gray.scale(2, 0)));
    assertEquals("(2, 11, 17, 1)", batch.shape().toString());
    assertEquals(2 * batch.getDouble(3), batch.getDouble(3 + 11 * 17));
    assertEquals(
        "(1, 3, 11, 17)", Images.batch(List.of(read("rgb").channelsFirst())).shape().toString());
    assertThrows(InputException.class, () -> Images.batch(List.of()));
    InputException e =
        assertThrows(InputException.class, () -> Images.batch(List.of(gray, read("rgb"))));
    assertTrue(e.getMessage().contains("picture 1 of a batch"), e.getMessage());
  }

  @Test
  void whatCannotBeSaysSo() {
    Picture scaled = read("rgb").tf();
    assertThrows(InputException.class, () -> scaled.resize(3, 3, Resampling.BOX));
    assertThrows(InputException.class, scaled::gray);
    assertThrows(InputException.class, () -> read("rgba").rgba().caffe());
    assertThrows(InputException.class, () -> read("gray8").gray().torch());
    assertThrows(InputException.class, () -> read("rgb").pillow(3));
    for (int[] size : new int[][] {{0, 3}, {3, -1}}) {
      assertThrows(
          InputException.class, () -> read("rgb").resize(size[0], size[1], Resampling.NEAREST));
      assertThrows(
          InputException.class,
          () -> read("rgb").resizeKeepingAspectRatio(size[0], size[1], Resampling.BOX));
      assertThrows(
          InputException.class,
          () -> read("rgb").interpolate(size[0], size[1], Interpolation.AREA));
      assertThrows(
          InputException.class,
          () -> read("rgb").smartResize(size[0], size[1], Interpolation.BILINEAR));
    }
    int most = Integer.MAX_VALUE;
    assertThrows(InputException.class, () -> read("rgb").resize(most, most, Resampling.NEAREST));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb", "gray16", "rgba", "palette8"})
  void aPictureIsNotChangedByWhatIsMadeOfIt(String name) {
    Picture picture = read(name);
    float[] before = picture.toArray();
    picture.resize(5, 40, Resampling.LANCZOS).caffe();
    picture.rgba().resize(40, 5, Resampling.BICUBIC);
    picture.toArray()[0] = -1;
    assertArrayEquals(before, picture.toArray());
  }
}
