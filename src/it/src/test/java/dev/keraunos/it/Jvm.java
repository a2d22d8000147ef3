package dev.keraunos.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Programs in a process of their own. */
final class Jvm {
  private Jvm() {}

  /**
   * How a process ended.
   *
   * @param exit its exit code
   * @param out what it wrote to standard output
   * @param error what it wrote to standard error
   */
  record Ended(int exit, String out, String error) {}

  /** The class path of the tests, of those entries alone that are wanted. */
  static String classPath(Predicate<Path> wanted) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> wanted.test(Path.of(entry)))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** A Java program with the options of the build's own JVMs and further ones. */
  static Ended java(Path folder, List<String> options, String classPath, String... program)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("keraunos.jvm").strip().split("\\s+")));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath));
    command.addAll(List.of(program));
    return run(folder, new ProcessBuilder(command));
  }

  static Ended run(Path folder, ProcessBuilder process) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "stdout", ".txt");
    Path error = Files.createTempFile(folder, "stderr", ".txt");
    int exit =
        process
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(error.toFile())
            .start()
            .waitFor();
    return new Ended(exit, Files.readString(out), Files.readString(error));
  }
}
