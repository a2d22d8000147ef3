package dev.keraunos.loss.internal.check;

import dev.keraunos.loss.check.LossFunction;

/** What foreign code threw, in a line. */
final class Thrown {
  private Thrown() {}

  /** Type, message and the line of the port it came from. */
  static String text(Throwable thrown) {
    String message = thrown.getMessage() == null ? "" : ": " + thrown.getMessage();
    return thrown.getClass().getSimpleName() + message + place(thrown);
  }

  private static String place(Throwable thrown) {
    for (StackTraceElement frame : thrown.getStackTrace()) {
      if (calls(frame.getClassName())) {
        return "";
      }
      if (!isOurs(frame.getClassName())) {
        return " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
      }
    }
    return "";
  }

  /** True for what runs ports: behind it there is no line of one. */
  private static boolean calls(String className) {
    return className.equals(LossFunction.class.getName());
  }

  private static boolean isOurs(String className) {
    return className.startsWith("java.")
        || className.startsWith("jdk.")
        || className.startsWith("dev.keraunos.engine.")
        || className.startsWith("dev.keraunos.graph.")
        || className.startsWith("dev.keraunos.tensor.");
  }
}
