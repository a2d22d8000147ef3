package dev.keraunos.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What is public is meant: a type that users may name is in {@code public-types.txt}, and
 * everything that is public for its neighbours alone lies below a package {@code internal}.
 */
class PublicTypesTest {
  private static final Path LIST = Path.of("src/test/resources/public-types.txt");

  private static final List<String> LIBRARIES =
      List.of(
          "runtime/graph",
          "runtime/onednn",
          "runtime/onnx",
          "runtime/ort",
          "runtime/nd4j",
          "keras",
          "loss-registry",
          "loss-registry/report",
          "importer/hdf5",
          "importer",
          "api",
          "integrations/junit",
          "integrations/hub",
          "integrations/images",
          "integrations/text",
          "integrations/dl4j");

  private static List<JavaClass> published() {
    List<Path> classes =
        LIBRARIES.stream()
            .map(m -> Repository.root().resolve(m).resolve("target/classes"))
            .toList();
    return new ClassFileImporter()
        .importPaths(classes).stream().filter(PublicTypesTest::isForUsers).toList();
  }

  private static boolean isForUsers(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC) && !isInternal(type);
  }

  private static boolean isInternal(JavaClass type) {
    return type.getPackageName().contains(".internal");
  }

  @Test
  void everyPublicTypeIsMeant() throws IOException {
    Set<String> found =
        published().stream()
            .filter(JavaClass::isTopLevelClass)
            .map(JavaClass::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(
        String.join("\n", Files.readAllLines(LIST)),
        String.join("\n", found),
        "hide what is new, or put it below internal; what users shall name goes into " + LIST);
  }

  /** Who names an internal type in a signature makes users name it. */
  @Test
  void signaturesNameNoInternalType() {
    Set<String> named = new TreeSet<>();
    for (JavaClass type : published()) {
      for (JavaCodeUnit unit : type.getCodeUnits()) {
        boolean open = unit.getModifiers().contains(JavaModifier.PUBLIC);
        Stream.concat(Stream.of(unit.getRawReturnType()), unit.getRawParameterTypes().stream())
            .filter(used -> open && isInternal(used))
            .forEach(used -> named.add(unit.getFullName() + " names " + used.getName()));
      }
    }
    assertEquals(Set.of(), named);
  }
}
