package example;

import dev.keraunos.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;

public class QuickStart {
  public static void main(String[] a) throws Exception {
    System.out.println(Files.size(Path.of("model.h5")) + " " + Shape.class);
  }
}
