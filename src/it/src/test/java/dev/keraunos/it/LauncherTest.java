package dev.keraunos.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keraunos.it.Jvm.Ended;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code keraunos} script in a checkout that it cannot write to. */
class LauncherTest {
  private static final Path SHELL = Path.of("/bin/sh");

  @TempDir Path checkout;
  @TempDir Path jdk;

  @BeforeEach
  void copyScript() throws IOException {
    assumeTrue(Files.exists(SHELL), "no shell");
    Files.copy(Repository.root().resolve("keraunos"), checkout.resolve("keraunos"));
    Files.createFile(checkout.resolve("pom.xml"));
  }

  private Ended launch() throws IOException, InterruptedException {
    ProcessBuilder process =
        new ProcessBuilder(SHELL.toString(), checkout.resolve("keraunos").toString(), "--version");
    process.environment().put("JAVA_HOME", jdk.toString());
    return Jvm.run(checkout, process);
  }

  /** The version becomes part of a file's name, so files can be made impossible even for root. */
  private void installJdk(String version) throws IOException {
    Path real = Path.of(System.getProperty("java.home"), "bin", "java");
    Path java = Files.createDirectory(jdk.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nexec '" + real + "' \"$@\"\n");
    assertTrue(java.toFile().setExecutable(true));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
  }

  @Test
  void saysThatItCannotBuild() throws IOException, InterruptedException {
    installJdk("17");
    Files.createDirectories(checkout.resolve("cli/target/launch/started"));
    Ended ended = launch();
    assertTrue(ended.error().contains("keraunos: cannot write to "), ended.error());
    assertEquals(3, ended.exit());
  }

  /** A runtime alone cannot build. */
  @Test
  void asksForACompiler() throws IOException, InterruptedException {
    installJdk("17");
    Ended ended = launch();
    assertTrue(ended.error().contains("is a runtime without a compiler"), ended.error());
    assertTrue(ended.error().contains("JAVA_HOME"), ended.error());
    assertEquals(3, ended.exit());
  }

  @Test
  void runsWithoutTheArchiveOfClasses() throws IOException, InterruptedException {
    installJdk("17/no/such/folder");
    String classPath = Jvm.classPath(Files::isRegularFile);
    String cli =
        Arrays.stream(classPath.split(File.pathSeparator))
            .filter(entry -> entry.endsWith("keraunos-cli.jar"))
            .findFirst()
            .orElse("");
    assumeTrue(!cli.isEmpty(), "the command is not packaged");
    Path launch = Files.createDirectories(checkout.resolve("cli/target/launch"));
    Files.copy(Path.of(cli), checkout.resolve("cli/target/keraunos-cli.jar"));
    Files.writeString(launch.resolve("classpath"), classPath);
    Files.createFile(launch.resolve("built"));
    Ended ended = launch();
    assertEquals(0, ended.exit(), ended.error());
    assertEquals("", ended.error());
    assertTrue(ended.out().startsWith("keraunos "), ended.out());
  }
}
