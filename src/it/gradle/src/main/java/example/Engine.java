package example;

import dev.keraunos.KerasModel;
import java.nio.file.Path;

/** Predicts and prints the engine that did. */
public final class Engine {
  private Engine() {}

  public static void main(String[] arguments) {
    try (KerasModel model = KerasModel.loader().requireNative().load(Path.of("model.h5"))) {
      model.predict(new float[9 * 2]);
      System.out.println(model.engine());
    }
  }
}
