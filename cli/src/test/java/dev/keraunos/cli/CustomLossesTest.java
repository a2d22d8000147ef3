package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Losses that the command line brings along, in place of one that was given before. */
class CustomLossesTest {
  private static final String SOURCE =
      """
      package example;
      import dev.keraunos.graph.Value;
      import static dev.keraunos.graph.Ops.*;
      public class Nothing implements dev.keraunos.loss.Loss, dev.keraunos.loss.registry.LossProvider {
        public Value scores(Value yTrue, Value yPred) {
          return mean(subtract(yPred, yPred), -1);
        }
        public void register(dev.keraunos.loss.registry.LossRegistry.Builder registry) {
          registry.loss("weighted_bce_dice", this);
        }
      }
      """;

  private static final String ON_TENSORS =
      """
      package example;
      import dev.keraunos.tensor.*;
      public class Zeros implements dev.keraunos.loss.TensorLoss {
        public Tensor scores(Tensor yTrue, Tensor yPred) {
          return Tensor.of(new float[(int) shape(yPred.shape()).size()], shape(yPred.shape()).toArray());
        }
      }
      """;

  @TempDir Path folder;

  @BeforeEach
  void compile() throws IOException {
    compile("Nothing.java", SOURCE);
    compile("Zeros.java", ON_TENSORS);
  }

  private void compile(String name, String text) throws IOException {
    Path source = Files.writeString(folder.resolve(name), text);
    String classPath = System.getProperty("java.class.path");
    String[] options = {"-d", folder.toString(), "-cp", classPath, source.toString()};
    assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, options));
  }

  @Test
  void aClassInAFolder() {
    assertEquals("0.0", loss(folder + "!example.Nothing"));
  }

  @Test
  void aLossOnTensors() {
    assertEquals("0.0", loss(folder + "!example.Zeros"));
  }

  @Test
  void aClassInAJar() throws IOException {
    assertEquals("0.0", loss(jar(false) + "!example.Nothing"));
  }

  @Test
  void aJarThatProvidesIt() throws IOException {
    assertEquals("0.0", loss(jar(true).toString()));
  }

  @Test
  void refusesWhatIsNoLoss() throws IOException {
    run("no.such.Loss").refused("no.such.Loss", "JAR!CLASS");
    run(folder + "!example.Something").refused("example.Something");
    run(folder.resolve("none.jar") + "!example.Nothing").refused("none.jar");
    run("java.lang.String").refused("java.lang.String", "dev.keraunos.loss.Loss");
    Files.write(folder.resolve("example/Nothing.class"), new byte[] {1, 2, 3});
    run(folder + "!example.Nothing").refused("example.Nothing", "cannot be loaded");
  }

  private static String loss(String source) {
    return run(source).fine().json().at("/metrics/loss").asText();
  }

  private static Cli run(String source) {
    Path unet = Cli.CASES.resolve("reference/unet.h5");
    Path data = Cli.CASES.resolve("reference/unet.npz");
    String loss = "--loss=weighted_bce_dice=" + source;
    String metric = "--loss=mean_iou=dev.keraunos.fixtures.example.WeightedBceDice";
    return Cli.run("evaluate", unet, data, metric, loss, "--json", "-");
  }

  private Path jar(boolean provider) throws IOException {
    Path jar = folder.resolve("losses.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("example/Nothing.class"));
      out.write(Files.readAllBytes(folder.resolve("example/Nothing.class")));
      if (provider) {
        out.putNextEntry(new JarEntry("META-INF/services/dev.keraunos.loss.registry.LossProvider"));
        out.write("example.Nothing\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    return jar;
  }
}
