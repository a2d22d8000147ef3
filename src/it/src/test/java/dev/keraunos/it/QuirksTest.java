package dev.keraunos.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.keraunos.keras.Quirk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Versions of Keras are compared in one table, whose rows recordings of real Kerases reach. */
class QuirksTest {
  /** Answers that no recording asks for, and why. */
  private static final Map<String, String> UNRECORDED =
      Map.ofEntries(
          Map.entry(
              "AVERAGE_TAKES_MASK=false",
              "before 2.2.3 Keras refuses a mask here: the layer does not support masking"),
          Map.entry(
              "GATES_SHARE_INPUT_PENALTY=false",
              "it is asked of the keys W_regularizer and U_regularizer, which Keras 1 alone saves"),
          Map.entry(
              "SHARED_AXES_ARE_UNSAVED=false",
              "it is asked where shared_axes is absent, which Keras 1 alone leaves out"),
          Map.entry("RANDOM_CROP_RESIZES_FIRST=true", "such layers are refused"),
          Map.entry(
              "DOT_SQUARE_OF_1E_7=true",
              "read in the source of 3.0.4; recordings of 3.0.5 and 2.21 stand on both sides"),
          Map.entry("LOGCOSH_OVERFLOWS=true", "to be recorded: logcosh in 2.0.9"),
          Map.entry(
              "DIVIDES_BY_ZERO_SAFELY=false",
              "to be recorded: weights that are all zero in 3.0 to 3.6"),
          Map.entry("CLASS_WEIGHT_OF_ONE_OUTPUT=true", "to be recorded: what is refused"),
          Map.entry("CLASS_WEIGHT_OF_POSITIONS=false", "to be recorded: what is refused"),
          Map.entry(
              "LOSSLESS_BATCHES_COUNT_ONCE=true",
              "to be recorded: activity regularisers alone, tf.keras"),
          Map.entry("LOSSLESS_BATCHES_COUNT_ONCE=false", "to be recorded: the same in other lines"),
          Map.entry("NO_PENALTIES=true", "to be recorded: regularisers in 1.1.2"),
          Map.entry(
              "FREEZES_BATCH_NORMALIZATION=false",
              "to be recorded: a frozen layer called with training=True in 2.2.4"),
          Map.entry(
              "NO_AXIS_FLATTENS=true", "to be recorded: cumsum and take without an axis, Keras 3"),
          Map.entry("NO_AXIS_FLATTENS=false", "to be recorded: the same in tf.keras"));

  /** What tests that run recordings noted. */
  private static final List<String> ANSWERS =
      List.of(
          "loss-registry/target/quirks.txt",
          "fixtures/target/quirks.txt",
          "fixtures/target/quirks-ports.txt");

  @Test
  void recordingsGetBothAnswersOfEveryQuirk() throws IOException {
    Set<String> missing = new TreeSet<>();
    for (Quirk quirk : Quirk.values()) {
      missing.add(quirk + "=true");
      missing.add(quirk + "=false");
    }
    for (String noted : ANSWERS) {
      Path answers = Repository.root().resolve(noted);
      assertTrue(Files.exists(answers), answers + " is missing: run the tests of that module");
      missing.removeAll(Files.readAllLines(answers));
    }
    assertEquals(UNRECORDED.keySet(), missing);
  }

  /** Whoever cannot see a version cannot compare it. */
  @Test
  void versionsAreSeenByTheTableAlone() {
    Set<String> visible =
        new ClassFileImporter()
                .importPath(Repository.root().resolve("keras/target/classes/dev/keraunos/keras"))
                .stream()
                .filter(type -> type.getPackageName().equals("dev.keraunos.keras"))
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toSet());
    assertEquals(Set.of("Dialect", "Quirk", "ModelFileException"), visible);
  }
}
