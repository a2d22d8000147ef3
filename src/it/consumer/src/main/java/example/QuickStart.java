package example;

import dev.keraunos.KerasModel;
import java.nio.file.Path;

/** What a stranger writes first. */
public final class QuickStart {
  private QuickStart() {}

  public static void main(String[] arguments) {
    float[] pixels = new float[9 * 2];
    try (KerasModel model = KerasModel.load(Path.of("model.h5"))) {
      float[] probabilities = model.predict(pixels);
      System.out.println(java.util.Arrays.toString(probabilities));
    }
  }
}
