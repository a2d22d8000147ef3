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
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Versions of Keras are compared in one table, whose rows recordings of real Kerases reach. */
class QuirksTest {
  /** Answers that no recording asks for, and why. */
  private static final Map<String, String> UNRECORDED =
      Map.of(
          "AVERAGE_TAKES_MASK=false",
          "before 2.2.3 Keras refuses a mask here: the layer does not support masking",
          "GATES_SHARE_INPUT_PENALTY=false",
          "it is asked of the keys W_regularizer and U_regularizer, which Keras 1 alone saves",
          "DOT_SQUARE_OF_1E_7=true",
          "read in the source of 3.0.4; files of 3.0.5 and 2.21 stand on both sides of it",
          "RANDOM_CROP_RESIZES_FIRST=true",
          "such layers are refused");

  /** Which modules' tests run recordings and note the answers. */
  private static final Set<String> RECORDINGS = Set.of("loss-registry", "fixtures");

  @Test
  void recordingsGetBothAnswersOfEveryQuirk() throws IOException {
    Set<String> missing = new TreeSet<>();
    for (Quirk quirk : Quirk.values()) {
      missing.add(quirk + "=true");
      missing.add(quirk + "=false");
    }
    for (String module : RECORDINGS) {
      Path answers = Repository.root().resolve(module).resolve("target/quirks.txt");
      assertTrue(Files.exists(answers), "run the tests of " + module + " first");
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
