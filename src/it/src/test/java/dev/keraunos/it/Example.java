package dev.keraunos.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Java block of a Markdown page: statements, or the declaration of a type. What a reader need not
 * see stands in a comment before it, one entry a line:
 *
 * <pre>
 * &lt;!-- example
 * file model.h5 = fixtures/cases/model.h5
 * before float[] pixels = new float[784];
 * --&gt;
 * </pre>
 *
 * @param className of the source that holds it
 * @param before statements that run first
 * @param code the block
 * @param files the files that lie in the working folder, by name, with their source in the
 *     repository
 */
record Example(String className, List<String> before, String code, Map<String, String> files) {
  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- example\\R(.*?)-->\\s*)?```java\\R(.*?)```", Pattern.DOTALL);
  private static final Pattern TYPE =
      Pattern.compile(
          "^(?:public |final |abstract |sealed )*(?:class|record|interface|enum) (\\w+)",
          Pattern.MULTILINE);
  private static final Pattern IMPORT = Pattern.compile("^import .*;\\R", Pattern.MULTILINE);

  static List<Example> of(String page) {
    List<Example> examples = new ArrayList<>();
    Matcher block = BLOCK.matcher(page);
    while (block.find()) {
      List<String> before = new ArrayList<>();
      Map<String, String> files = new LinkedHashMap<>();
      String comment = block.group(1) == null ? "" : block.group(1);
      for (String line : comment.lines().map(String::strip).filter(l -> !l.isEmpty()).toList()) {
        String[] words = line.split("\\s+", 2);
        switch (words[0]) {
          case "before" -> before.add(words[1]);
          case "file" -> {
            String[] sides = words[1].split("\\s*=\\s*", 2);
            files.put(sides[0], sides[1].strip());
          }
          default -> throw new IllegalArgumentException("neither 'file' nor 'before': " + line);
        }
      }
      Matcher type = TYPE.matcher(block.group(2));
      String className = type.find() ? type.group(1) : "Example" + examples.size();
      examples.add(new Example(className, before, block.group(2), files));
    }
    return examples;
  }

  boolean isStatements() {
    return !TYPE.matcher(code).find();
  }

  Path writeSource(Path folder) throws IOException {
    StringBuilder source = new StringBuilder();
    if (isStatements()) {
      IMPORT.matcher(code).results().forEach(statement -> source.append(statement.group()));
      source.append("import dev.keraunos.*;\nimport java.nio.file.*;\nimport java.util.*;\n");
      source.append("class ").append(className).append(" {\n");
      source.append("public static void main(String[] arguments) throws Exception {\n");
      before.forEach(statement -> source.append(statement).append('\n'));
      source.append(IMPORT.matcher(code).replaceAll("")).append("}\n}\n");
    } else {
      source.append(code);
    }
    return Files.writeString(folder.resolve(className + ".java"), source);
  }
}
