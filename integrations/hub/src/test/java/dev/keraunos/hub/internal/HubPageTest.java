package dev.keraunos.hub.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keraunos.hub.internal.layers.HubLayers;
import dev.keraunos.hub.internal.models.HubModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The page of KerasHub lists the classes that are known. */
class HubPageTest {
  private static final Path PAGE = Path.of("../../src/site/markdown/keras-hub.md");

  /** The property under which the lists are written instead of compared. */
  private static final String WRITE = "keraunos.pages";

  /** What {@code keras_hub.layers} exports; other rows are of layers inside of models. */
  private static final Set<String> EXPORTED =
      Set.of(
          "AlibiBias",
          "CachedMultiHeadAttention",
          "FNetEncoder",
          "MaskedLMHead",
          "PositionEmbedding",
          "RMSNormalization",
          "ReversibleEmbedding",
          "RotaryEmbedding",
          "SinePositionEncoding",
          "TokenAndPositionEmbedding",
          "TransformerDecoder",
          "TransformerEncoder");

  @Test
  void pageListsWhatIsKnown() throws IOException {
    String page = Files.readString(PAGE);
    String written = page;
    Set<String> models = new TreeSet<>(HubModels.names());
    Set<String> backbones = new TreeSet<>(models);
    backbones.removeIf(name -> !name.endsWith("Backbone") && !name.endsWith("Encoder"));
    models.removeAll(backbones);
    Set<String> layers = new TreeSet<>(HubLayers.rows().keySet());
    layers.retainAll(EXPORTED);
    written = with(written, "Backbones", backbones);
    written = with(written, "Tasks", models);
    written = with(written, "Layers", layers);
    if (System.getProperty(WRITE) != null) {
      Files.writeString(PAGE, written);
    }
    assertEquals(
        written,
        Files.readString(PAGE),
        "write the page anew: ./mvnw -pl integrations/hub -am test -Dtest=HubPageTest -D"
            + WRITE
            + " -Dsurefire.failIfNoSpecifiedTests=false");
  }

  /** The page with a list below a heading, in lines of some length. */
  private static String with(String page, String heading, Set<String> names) {
    StringBuilder list = new StringBuilder();
    int column = 0;
    for (String name : List.copyOf(names)) {
      if (column > 140) {
        list.append('\n');
        column = 0;
      }
      list.append(column == 0 ? "" : " ").append('`').append(name).append('`');
      column += name.length() + 3;
    }
    String start = "## " + heading + "\n\n";
    int from = page.indexOf(start) + start.length();
    int end = page.indexOf("\n\n", from);
    return page.substring(0, from) + list + (end < 0 ? "\n" : page.substring(end));
  }
}
