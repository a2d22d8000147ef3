package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that the command line brings along. */
class CustomLayersTest {
  private static final Path MODEL = Path.of("../fixtures/src/test/models/keras/scale.keras");
  private static final Path DATA = Path.of("../fixtures/src/test/models/keras/scale.npz");

  private static final Path ALIASED = Path.of("../fixtures/src/test/models/aliased");

  private static final String SOURCE =
      """
      package example;
      import dev.keraunos.graph.Value;
      import dev.keraunos.importer.layers.*;
      import static dev.keraunos.graph.Ops.*;
      public class Scale implements CustomLayer, LayerProvider {
        public Value lower(LayerCall call) {
          Value x = call.x();
          Value gain = multiply(call.weight("0", call.dim(x, -1)), call.config().get("factor").number());
          return add(multiply(x, gain), call.weight("1", call.dim(x, -1)));
        }
        public void register(ModelRegistry.Builder registry) {
          registry.layer("acme>Scale", this);
        }
      }
      """;

  private static final String BROKEN =
      """
      package example;
      public class Broken implements dev.keraunos.importer.layers.CustomLayer {
        public dev.keraunos.graph.Value lower(dev.keraunos.importer.layers.LayerCall call) {
          throw new IllegalStateException("not today");
        }
      }
      """;

  @TempDir Path folder;

  @BeforeEach
  void compile() throws IOException {
    compile("Scale.java", SOURCE);
    compile("Broken.java", BROKEN);
  }

  private void compile(String name, String text) throws IOException {
    Path source = Files.writeString(folder.resolve(name), text);
    String classPath = System.getProperty("java.class.path");
    String[] options = {"-d", folder.toString(), "-cp", classPath, source.toString()};
    assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, options));
  }

  @Test
  void everyCommandTakesThem() {
    String layer = "--layer-class=acme>Scale=" + folder + "!example.Scale";
    Cli.run("verify", MODEL, DATA, layer).fine();
    Cli.run("evaluate", MODEL, DATA, layer).fine();
    Cli.run("explain-loss", MODEL, DATA, layer).fine();
    Cli.run("predict", MODEL, DATA, layer, "-o", folder.resolve("out.npz"), "--lambda=half=x / 2")
        .fine();
    Cli.run("inspect", MODEL, layer, "--lambda=half=x / 2").fine();
    Cli.run("bench", MODEL, layer, "--lambda=half=x / 2", "--runs=1").fine();
  }

  @Test
  void aNameWithoutItsPackage() {
    Cli.run("verify", MODEL, DATA, "--layer-class=Scale=" + folder + "!example.Scale").fine();
  }

  @Test
  void aJarThatProvidesIt() throws IOException {
    Path jar = folder.resolve("layers.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("example/Scale.class"));
      out.write(Files.readAllBytes(folder.resolve("example/Scale.class")));
      out.putNextEntry(
          new JarEntry("META-INF/services/dev.keraunos.importer.layers.LayerProvider"));
      out.write("example.Scale\n".getBytes(StandardCharsets.UTF_8));
    }
    Cli.run("verify", MODEL, DATA, "--layer-class=Scale=" + jar).fine();
  }

  @Test
  void everyCommandTakesAliases() {
    Path model = ALIASED.resolve("tf_keras.h5");
    Path data = ALIASED.resolve("tf_keras.npz");
    List<String> aliases =
        List.of("ConvDNA=Conv1D", "my_pkg>TextLSTM=LSTM", "Projection=Linear", "Linear=Dense,note");
    List<Object> options = new ArrayList<>();
    aliases.forEach(alias -> options.add("--alias=" + alias));
    for (String command : List.of("verify", "evaluate", "explain-loss", "predict")) {
      List<Object> words = new ArrayList<>(List.of(command, model, data));
      words.addAll(options);
      if (command.equals("predict")) {
        words.addAll(List.of("-o", folder.resolve("out.npz")));
      }
      Cli.run(words.toArray()).fine();
    }
    for (List<Object> start :
        List.<List<Object>>of(List.of("inspect"), List.of("bench", "--runs=1"))) {
      List<Object> words = new ArrayList<>(start);
      words.add(model);
      words.addAll(options);
      Cli.run(words.toArray()).fine();
    }
  }

  @Test
  void refusesAliasesOfNothing() {
    for (String command : List.of("verify", "inspect", "evaluate")) {
      Path model = ALIASED.resolve("keras.keras");
      Object data = command.equals("inspect") ? "--lambda=none=x" : ALIASED.resolve("keras.npz");
      Cli unknown = Cli.run(command, model, data, "--alias=ConvDNA=Conv1F");
      unknown.refused("--alias: alias 'ConvDNA': there is no layer 'Conv1F'; nearest", "Conv1D");
      assertEquals(1, unknown.err().lines().count(), unknown.err());
      Cli.run(command, model, data, "--alias=A=B", "--alias=B=A").refused("A = B = A");
    }
  }

  @Test
  void refusesWhatIsNoLayer() {
    Cli without = Cli.run("inspect", MODEL);
    assertEquals(1, without.code());
    assertTrue(without.out().contains("--layer-class Scale=CLASS"), without.out());
    assertTrue(without.out().contains("--alias Scale=LAYER"), without.out());
    for (List<String> words :
        List.of(
            List.of("no.such.Layer", "no.such.Layer", "JAR!CLASS"),
            List.of(folder + "!example.Scael", "nearest: example.Scale"),
            List.of(folder.resolve("none.jar").toString(), "none.jar"),
            List.of("java.lang.String", "dev.keraunos.importer.layers.CustomLayer"))) {
      Cli.run("inspect", MODEL, "--layer-class=Scale=" + words.get(0))
          .refused(words.subList(1, words.size()).toArray(String[]::new));
    }
  }

  /** What one model does must not lose the results of the others. */
  @Test
  void verifyTellsOfAModelThatThrowsAndGoesOn() throws IOException {
    Path models = Files.createDirectories(folder.resolve("models"));
    for (Path file : List.of(MODEL, DATA)) {
      Files.copy(file, models.resolve(file.getFileName()));
    }
    Path other = Cli.CASES.resolve("keras2.2.4/models/sequential.h5");
    Files.copy(other, models.resolve("sequential.h5"));
    Files.copy(other.resolveSibling("sequential.npz"), models.resolve("sequential.npz"));
    Files.copy(other, models.resolve("unrecorded.h5"));
    Files.writeString(models.resolve("unrecorded.npz"), "no archive");
    Cli run = Cli.run("verify", models, "--layer-class=Scale=" + folder + "!example.Broken");
    assertEquals(1, run.code(), run.out());
    assertTrue(run.out().contains("FAIL  " + models.resolve("scale.keras")), run.out());
    assertTrue(run.out().contains("not today"), run.out());
    assertTrue(run.out().contains("FAIL  " + models.resolve("unrecorded.h5")), run.out());
    assertTrue(run.out().contains("1 passed, 2 failed"), run.out());
    assertEquals("", run.err());
  }
}
