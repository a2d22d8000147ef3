package dev.keraunos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.keras.ModelFileException;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import dev.keraunos.testing.RecordedCases;
import dev.keraunos.testing.Tolerance;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Models from resources, from pairs of streams, and from handles that travel. */
class SourcesTest {
  private static final Path FLATTEN = Path.of("src/test/resources/dev/keraunos/flatten.h5");

  private static String refused(Executable call) {
    return assertThrows(ModelFileException.class, call).getMessage();
  }

  @Test
  void resourcesAreFoundBesideAClassAndFromTheRoot() {
    for (String name : List.of("flatten.h5", "/dev/keraunos/flatten.h5")) {
      try (KerasModel model = KerasModel.loadResource(SourcesTest.class, name)) {
        assertEquals(List.of("x"), model.inputNames());
      }
    }
  }

  @Test
  void whatIsMissingIsSaidInASentence() {
    String beside = refused(() -> KerasModel.loadResource(SourcesTest.class, "none.h5"));
    assertTrue(beside.contains("looked for as dev/keraunos/none.h5"), beside);
    String root = refused(() -> KerasModel.loadResource(SourcesTest.class, "/none.h5"));
    assertTrue(root.contains("resource '/none.h5': found no such resource"), root);
    String file = refused(() -> KerasModel.load((Path) null));
    assertTrue(file.startsWith("the path: found null"), file);
    String content = refused(() -> KerasModel.load((byte[]) null));
    assertTrue(content.startsWith("the content: found null"), content);
    String pair = refused(() -> KerasModel.loader().load(Path.of("x.json"), null));
    assertTrue(pair.startsWith("the path of the weights: found null"), pair);
    String none = refused(() -> KerasModel.load((InputStream) null));
    assertTrue(none.contains("null in place of a stream"), none);
    InputStream json = new ByteArrayInputStream("{\"class_name\": \"Model\"}".getBytes(UTF_8));
    String weights = refused(() -> KerasModel.loader().load(json, null));
    assertTrue(weights.startsWith("the stream of the weights: found null"), weights);
  }

  @Test
  void architectureAndWeightsComeFromStreams() throws IOException {
    String stem = "separate/keras2.2.4/transfer_functional";
    Npz recorded = Npz.read(RecordedCases.file(stem + ".npz"));
    try (InputStream architecture = Files.newInputStream(RecordedCases.file(stem + ".json"));
        InputStream weights = Files.newInputStream(RecordedCases.file(stem + ".weights.h5"));
        KerasModel model = KerasModel.loader().load(architecture, weights)) {
      Map<String, Tensor> predicted = model.predict(recorded.group("inputs"));
      recorded
          .group("outputs")
          .forEach((name, y) -> Tolerance.PREDICTION.check(y, predicted.get(name), name));
    }
  }

  @Test
  void swappedStreamsAreRefused() throws IOException {
    byte[] model = Files.readAllBytes(FLATTEN);
    String message =
        refused(
            () ->
                KerasModel.loader()
                    .load(
                        new ByteArrayInputStream(model),
                        new ByteArrayInputStream("{\"class_name\": \"Model\"}".getBytes(UTF_8))));
    assertTrue(message.contains("swapped"), message);
    String alone = refused(() -> KerasModel.load("{\"class_name\": \"Model\"}".getBytes(UTF_8)));
    assertTrue(alone.contains("KerasModel.loader().load(architecture, weights)"), alone);
  }

  private static Object copy(Object handle) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(handle);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void aHandleTravelsAndOpensOnce() throws IOException, ClassNotFoundException {
    Recorded recorded = Recorded.of("keras2.2.4/models/sequential.h5");
    KerasModelRef handle = KerasModelRef.of(recorded.model());
    KerasModelRef other = (KerasModelRef) copy(handle);
    KerasModel model = other.get();
    assertSame(model, handle.get());
    assertSame(model, KerasModelRef.of(Files.readAllBytes(recorded.model())).get());
    var input = recorded.arrays("inputs").values().iterator().next();
    var output = recorded.arrays("outputs").values().iterator().next();
    Tolerance.PREDICTION.check(output, other.get().predict(input), "predictions");
    model.close();
    KerasModel again = handle.get();
    assertNotSame(model, again);
    assertSame(again, other.get());
    again.close();
    assertNotSame(handle.get(), KerasModelRef.of(FLATTEN).get());
  }

  @Test
  void aHandleOfWhatIsNoModelIsRefusedWhenAsked() {
    KerasModelRef handle = KerasModelRef.of("no model".getBytes(UTF_8));
    assertThrows(ModelFileException.class, handle::get);
    assertThrows(ModelFileException.class, handle::get);
    assertThrows(UncheckedIOException.class, () -> KerasModelRef.of(Path.of("none.h5")));
  }
}
