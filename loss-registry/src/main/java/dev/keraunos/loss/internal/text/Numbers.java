package dev.keraunos.loss.internal.text;

/** Numbers as people read them. */
public final class Numbers {
  private Numbers() {}

  /** The shortest text of the float32 that the number is. */
  public static String text(double x) {
    String text = Float.toString((float) x);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
