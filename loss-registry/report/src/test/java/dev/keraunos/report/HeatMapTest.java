package dev.keraunos.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Pictures of numbers. */
class HeatMapTest {
  /** One score that is far above all others leaves these to be seen. */
  @Test
  void smallScoresAreSeen() throws IOException {
    String uri = HeatMap.ofScores(new float[] {0, 0.09f, 1}, 1, 3).dataUri();
    byte[] png = Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertEquals(0x000000, image.getRGB(0, 0) & 0xffffff);
    assertTrue((image.getRGB(1, 0) >> 16 & 0xff) > 80, Integer.toHexString(image.getRGB(1, 0)));
    assertEquals(0xffffff, image.getRGB(2, 0) & 0xffffff);
  }
}
