package dev.keraunos.loss.check;

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
      if (!isOurs(frame.getClassName())) {
        return " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
      }
    }
    return "";
  }

  private static boolean isOurs(String className) {
    return className.startsWith("java.")
        || className.startsWith("jdk.")
        || className.startsWith("dev.keraunos.graph.")
        || className.startsWith("dev.keraunos.tensor.");
  }
}
