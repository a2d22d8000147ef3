package dev.keraunos.it;

import dev.keraunos.KerasModel;
import java.nio.file.Path;
import java.util.Arrays;

/** Loads a model twice, prints the engine, and what it predicts of as many zeros as are told. */
final class Probe {
  private Probe() {}

  public static void main(String[] arguments) {
    Path file = Path.of(arguments[0]);
    KerasModel.load(file).close();
    try (KerasModel model = KerasModel.load(file)) {
      float[] predicted = model.predict(new float[Integer.parseInt(arguments[1])]);
      System.out.println(model.engine());
      System.out.println(Arrays.toString(predicted).hashCode());
    }
  }
}
