package dev.keraunos.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.error.InputException;
import dev.keraunos.testing.RecordedCases;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where pictures come from, and files that are none. */
class ImagesTest {
  private static final Path CASES = Path.of("src/test/cases");

  private static Stream<Path> hostile() {
    return RecordedCases.files(CASES.resolve("hostile")).stream();
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void whatIsNoPictureIsSaidInOneSentence(Path file) {
    InputException e = assertThrows(InputException.class, () -> Images.read(file));
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }

  @Test
  void theReasonIsNamed() {
    assertReason("huge.png", "2147483647 x 2147483647 pixels, at most 89478485");
    assertReason("many_pixels.png", "100000 x 100000 pixels");
    assertReason("cut.jpg", "truncated");
    assertReason("text.png", "no picture of a kind that is read here; there are bmp, gif");
    InputException e = assertThrows(InputException.class, () -> Images.read(CASES.resolve("none")));
    assertEquals(CASES.resolve("none") + ": there is no such file", e.getMessage());
  }

  private static void assertReason(String name, String reason) {
    Path file = CASES.resolve("hostile").resolve(name);
    InputException e = assertThrows(InputException.class, () -> Images.read(file));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb.png", "palette_alpha.png", "gray16.png", "photo.jpg", "rgba.png"})
  void filesStreamsAndImagesGiveTheSame(String name) throws IOException {
    Path file = CASES.resolve(name);
    float[] expected = Images.read(file).rgba().toArray();
    ByteArrayInputStream stream = new ByteArrayInputStream(Files.readAllBytes(file));
    assertArrayEquals(expected, Images.read(stream).rgba().toArray());
    assertArrayEquals(expected, Images.read(ImageIO.read(file.toFile())).rgba().toArray());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_INT_ARGB_PRE,
        BufferedImage.TYPE_INT_BGR,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_4BYTE_ABGR
      })
  void everyTypeOfImageIsRead(int type) {
    BufferedImage image = new BufferedImage(3, 2, type);
    image.setRGB(1, 1, 0xff0a141e);
    Picture picture = Images.read(image.getSubimage(1, 0, 2, 2));
    image.setRGB(1, 1, 0xffffffff);
    assertArrayEquals(new float[] {0, 0, 0, 0, 0, 0, 10, 20, 30, 0, 0, 0}, picture.toArray());
  }
}
