package dev.keraunos.importer.internal.bytecode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A function of Python as an expression.
 *
 * @param name of the function, {@code <lambda>} where it has none
 * @param parameters their names in order
 * @param keywordOnly how many of them, at the end, have no position
 * @param free the variables of the function around it, in the order of its closure
 * @param locals the local variables that are set on the way
 * @param result what is returned
 */
public record PythonFunction(
    String name,
    List<String> parameters,
    int keywordOnly,
    List<String> free,
    List<Term.Local> locals,
    Term result) {
  public PythonFunction {
    parameters = List.copyOf(parameters);
    free = List.copyOf(free);
    locals = List.copyOf(locals);
  }

  /**
   * The function of which these are the bytes of {@code marshal.dumps(function.__code__)}, written
   * by any Python whose bytecode is known. Nothing is executed.
   *
   * @throws UndecodableException if they are none, or the function has more than one straight way
   *     through it; it says how far it was read
   */
  public static PythonFunction decode(byte[] code) {
    Map<String, PythonFunction> found = new LinkedHashMap<>();
    UndecodableException furthest = null;
    for (PythonVersion version : PythonVersion.values()) {
      try {
        PythonFunction function = new Machine(Marshal.read(code, version), version).run();
        found.putIfAbsent(function.text(), function);
      } catch (UndecodableException e) {
        furthest = furthest == null || e.progress() >= furthest.progress() ? e : furthest;
      }
    }
    if (found.size() > 1) {
      throw new UndecodableException(
          "it reads as " + String.join(" and as ", found.keySet()) + " in different Pythons");
    }
    if (found.isEmpty()) {
      throw furthest.progress() >= 0 ? furthest : unknown(code, furthest);
    }
    return found.values().iterator().next();
  }

  private static UndecodableException unknown(byte[] code, UndecodableException reason) {
    int codeOfTwo = 1 + 4 * Integer.BYTES;
    boolean two = code.length > codeOfTwo && code[0] == 'c' && code[codeOfTwo] == 's';
    return new UndecodableException(
        two
            ? "it is bytecode of Python 2; known is that of Python 3.6 to 3.13"
            : "it is no bytecode of Python 3.6 to 3.13 (" + reason.getMessage() + ")");
  }

  /** As one would write it, on one line. */
  public String text() {
    List<String> steps = new ArrayList<>();
    locals.forEach(local -> steps.add(local.name() + " = " + TermText.of(local.value())));
    String head = name.equals("<lambda>") ? "lambda" : name;
    String given = String.join(", ", parameters);
    if (steps.isEmpty() && head.equals("lambda")) {
      return ("lambda " + given).strip() + ": " + TermText.of(result);
    }
    String body = steps.stream().map(step -> step + "; ").collect(Collectors.joining());
    return "def " + head + "(" + given + "): " + body + "return " + TermText.of(result);
  }

  /** A term as one would write it. */
  public static String text(Term term) {
    return TermText.of(term);
  }
}
