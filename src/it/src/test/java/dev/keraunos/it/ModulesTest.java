package dev.keraunos.it;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between the modules: what a pom does not allow, no class may use either. */
class ModulesTest {
  private static final Map<Path, JavaClasses> READ = new HashMap<>();
  private static final String BOM = "package/bom";
  private static final Set<String> NO_PART_OF_THE_WAY = Set.of("src/it", "src/site", BOM);

  /**
   * One module.
   *
   * @param folder below the root of the repository
   * @param artifact its Maven name
   * @param uses the folders of the modules it may use
   * @param foreign the packages outside the JDK and the project it may use
   */
  private record Module(String folder, String artifact, List<String> uses, List<String> foreign) {
    Path classes() {
      return Repository.root().resolve(folder).resolve("target/classes");
    }

    boolean isInternal() {
      return Pom.of(Repository.root().resolve(folder))
          .texts("properties", "maven.deploy.skip")
          .contains("true");
    }

    JavaClasses read() {
      assertTrue(Files.isDirectory(classes()), classes() + " is not built");
      return READ.computeIfAbsent(classes(), new ClassFileImporter()::importPath);
    }

    @Override
    public String toString() {
      return folder;
    }
  }

  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String SLF4J = "org.slf4j..";
  private static final String ND4J = "org.nd4j..";
  private static final String JAVACPP = "org.bytedeco.javacpp..";

  private static List<Module> modules() {
    return Stream.of(below(), api(), runtimes(), inputs(), integrations(), programs())
        .flatMap(List::stream)
        .toList();
  }

  /** What the facade stands on. */
  private static List<Module> below() {
    return List.of(
        new Module("runtime/graph", "keraunos-graph", List.of(), List.of(JAVACPP, SLF4J)),
        new Module("runtime/testing", "keraunos-testing", List.of("runtime/graph"), List.of()),
        new Module(
            "runtime/onednn",
            "keraunos-onednn",
            List.of("runtime/graph", "runtime/testing"),
            List.of(JAVACPP, "org.bytedeco.dnnl..", "org.bytedeco.opencl..")),
        new Module("keras", "keraunos-keras", List.of("runtime/graph"), List.of(JACKSON)),
        new Module(
            "loss-registry",
            "keraunos-loss-registry",
            List.of("runtime/graph", "runtime/testing", "keras"),
            List.of(JACKSON)),
        new Module(
            "loss-registry/report",
            "keraunos-report",
            List.of("runtime/graph", "keras", "loss-registry"),
            List.of(JACKSON)),
        new Module(
            "importer/hdf5",
            "keraunos-hdf5",
            List.of("runtime/graph", "runtime/testing"),
            List.of(JAVACPP, "org.bytedeco.hdf5..")),
        new Module(
            "importer",
            "keraunos-importer",
            List.of("runtime/graph", "runtime/testing", "keras", "importer/hdf5"),
            List.of(JACKSON)));
  }

  /** The facade and what stands on it. */
  private static List<Module> api() {
    return List.of(
        new Module(
            "api",
            "keraunos",
            List.of(
                "runtime/graph",
                "runtime/testing",
                "runtime/onednn",
                "keras",
                "loss-registry",
                "importer"),
            List.of(JACKSON, SLF4J)),
        new Module(
            "fixtures",
            "keraunos-fixtures",
            List.of(
                "runtime/graph",
                "runtime/testing",
                "runtime/onednn",
                "keras",
                "loss-registry",
                "importer",
                "api"),
            List.of(JACKSON)),
        new Module("package/platform", "keraunos-platform", List.of("api"), List.of()));
  }

  /** What computes or writes graphs elsewhere. */
  private static List<Module> runtimes() {
    return List.of(
        new Module(
            "runtime/onnx",
            "keraunos-onnx",
            List.of("runtime/graph", "runtime/testing"),
            List.of()),
        new Module(
            "runtime/ort",
            "keraunos-ort",
            List.of(
                "runtime/graph", "runtime/testing", "runtime/onnx", "fixtures", "integrations/hub"),
            List.of(JAVACPP, "org.bytedeco.onnxruntime..")),
        new Module(
            "runtime/nd4j",
            "keraunos-nd4j",
            List.of("runtime/graph", "runtime/testing", "api", "fixtures"),
            List.of(JAVACPP, ND4J)));
  }

  /** What makes inputs of models. */
  private static List<Module> inputs() {
    return List.of(
        new Module(
            "integrations/images",
            "keraunos-images",
            List.of("runtime/graph", "runtime/testing"),
            List.of()),
        new Module(
            "integrations/text",
            "keraunos-text",
            List.of("runtime/graph", "runtime/testing"),
            List.of(JACKSON)));
  }

  /** What ties Keraunos to other libraries. */
  private static List<Module> integrations() {
    return List.of(
        new Module(
            "integrations/junit",
            "keraunos-junit",
            List.of(
                "runtime/graph",
                "runtime/testing",
                "keras",
                "loss-registry",
                "loss-registry/report",
                "importer",
                "api",
                "fixtures"),
            List.of("org.junit..", "org.opentest4j..", "org.apiguardian..")),
        new Module(
            "integrations/hub",
            "keraunos-hub",
            List.of(
                "runtime/graph",
                "runtime/testing",
                "keras",
                "loss-registry",
                "importer",
                "api",
                "fixtures"),
            List.of(JACKSON)),
        new Module(
            "integrations/dl4j",
            "keraunos-dl4j",
            List.of(
                "runtime/graph",
                "runtime/testing",
                "runtime/nd4j",
                "keras",
                "loss-registry",
                "api",
                "fixtures"),
            List.of(JACKSON, ND4J, "org.deeplearning4j..")));
  }

  /** What is run. */
  private static List<Module> programs() {
    return List.of(
        new Module(
            "cli",
            "keraunos-cli",
            List.of(
                "runtime/graph",
                "runtime/testing",
                "runtime/onednn",
                "keras",
                "loss-registry",
                "loss-registry/report",
                "importer",
                "api",
                "fixtures",
                "integrations/hub",
                "runtime/onnx"),
            List.of(JACKSON, "picocli..")),
        new Module(
            "benchmarks",
            "keraunos-benchmarks",
            List.of("runtime/graph", "keras", "loss-registry", "importer", "api", "fixtures"),
            List.of("org.openjdk.jmh..")));
  }

  @Test
  void rootPomBuildsExactlyTheseModules() {
    Set<String> built = new HashSet<>(Pom.of(Repository.root()).texts("modules", "module"));
    built.removeAll(NO_PART_OF_THE_WAY);
    assertEquals(modules().stream().map(Module::folder).collect(Collectors.toSet()), built);
  }

  @ParameterizedTest
  @MethodSource("modules")
  void pomDeclaresOnlyAllowedModules(Module module) {
    Map<String, Module> byArtifact =
        modules().stream().collect(Collectors.toMap(Module::artifact, Function.identity()));
    Pom pom = Pom.of(Repository.root().resolve(module.folder));
    assertEquals(List.of(module.artifact), pom.texts("project", "artifactId"));
    for (String dependency : pom.texts("dependency", "artifactId")) {
      Module used = byArtifact.get(dependency);
      assertTrue(
          used == null || module.uses.contains(used.folder),
          module + " must not depend on " + dependency + "; it may use " + module.uses);
    }
  }

  @Test
  void bomListsWhatIsPublishedInTheSameVersion() {
    Pom bom = Pom.of(Repository.root().resolve(BOM));
    assertEquals(
        Pom.of(Repository.root()).texts("project", "version"), bom.texts("project", "version"));
    Set<String> published =
        modules().stream()
            .filter(module -> !module.isInternal())
            .map(Module::artifact)
            .collect(Collectors.toSet());
    assertEquals(published, new HashSet<>(bom.texts("dependency", "artifactId")));
  }

  @ParameterizedTest
  @MethodSource("modules")
  void classesUseOnlyAllowedModules(Module module) {
    classes()
        .should()
        .onlyDependOnClassesThat(allowedIn(module))
        .allowEmptyShould(true)
        .check(module.read());
  }

  private static DescribedPredicate<JavaClass> allowedIn(Module module) {
    Set<String> own =
        modules().stream()
            .filter(m -> m.equals(module) || module.uses.contains(m.folder))
            .flatMap(m -> m.read().stream())
            .map(JavaClass::getName)
            .collect(Collectors.toSet());
    String[] foreign =
        Stream.concat(
                Stream.of("java..", "javax..", "com.sun.management.."), module.foreign.stream())
            .toArray(String[]::new);
    return describe(
        "belong to " + module + ", " + module.uses + " or " + Arrays.toString(foreign),
        type -> {
          JavaClass base = type.getBaseComponentType();
          return base.isPrimitive()
              || own.contains(base.getName())
              || JavaClass.Predicates.resideInAnyPackage(foreign).test(base);
        });
  }

  @ParameterizedTest
  @MethodSource("modules")
  void contributingListsTheModule(Module module) throws IOException {
    String text = Files.readString(Repository.root().resolve("CONTRIBUTING.md"));
    assertTrue(text.contains("| `" + module.folder + "` |"), "no row for " + module);
  }
}
