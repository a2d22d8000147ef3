package dev.keraunos.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.it.Jvm.Ended;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every Java block of the README and of the site compiles; those that are statements also run. */
class ExamplesTest {
  @TempDir Path folder;

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Repository.root().resolve("README.md")));
    try (Stream<Path> site = Files.walk(Repository.root().resolve("src/site"))) {
      site.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void blocksCompileAndRun(Path page) throws IOException, InterruptedException {
    List<Example> examples = Example.of(Files.readString(page));
    List<Path> sources = new ArrayList<>();
    for (Example example : examples) {
      sources.add(example.writeSource(folder));
    }
    compile(sources);
    for (Example example : examples) {
      if (example.isStatements()) {
        run(example);
      }
    }
  }

  @Test
  void readmeOpensWithTheLinesOfTheConsumer() throws IOException {
    List<Example> examples = Example.of(Files.readString(Repository.root().resolve("README.md")));
    assertFalse(examples.isEmpty(), "the README has no Java block");
    List<String> consumer;
    try (Stream<String> lines =
        Files.lines(Path.of("consumer/src/main/java/example/QuickStart.java"))) {
      consumer = lines.map(String::strip).toList();
    }
    String quickStart = examples.get(0).code();
    assertTrue(
        consumer.containsAll(quickStart.lines().map(String::strip).toList()),
        "the consumer project does not run the README's first block: " + quickStart);
  }

  private void compile(List<Path> sources) throws IOException {
    if (sources.isEmpty()) {
      return;
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
      boolean compiled =
          compiler
              .getTask(
                  messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertTrue(compiled, messages.toString());
    }
  }

  private void run(Example example) throws IOException, InterruptedException {
    example
        .files()
        .forEach(
            (name, source) -> {
              try {
                Files.copy(Repository.root().resolve(source), folder.resolve(name));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    Ended ended =
        Jvm.java(
            folder,
            List.of(),
            folder + File.pathSeparator + Jvm.classPath(entry -> true),
            example.className());
    assertEquals(0, ended.exit(), () -> example.code() + ended.out() + ended.error());
  }
}
