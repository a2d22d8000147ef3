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
      Map.of(
          "AVERAGE_TAKES_MASK=false",
          "before 2.2.3 Keras refuses a mask here (2.1.6: TypeError, does not support masking)",
          "GATES_SHARE_INPUT_PENALTY=false",
          "it is asked of the keys W_regularizer and U_regularizer, which Keras 1 alone saves",
          "SHARED_AXES_ARE_UNSAVED=false",
          "it is asked where shared_axes is absent, which Keras 1 alone leaves out",
          "RANDOM_CROP_RESIZES_FIRST=true",
          "such layers are refused",
          "PADDING_WANTS_A_MAXIMUM=true",
          "it is asked of layers without max_tokens, which Keras refuses then",
          "DIVIDES_BY_ZERO_SAFELY=false",
          "before 3.7 the divisor is the number of scores, which is never 0");

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
    assertEquals(Set.of("Dialect", "Quirk", "ModelFileException", "UnknownNameException"), visible);
  }
}
