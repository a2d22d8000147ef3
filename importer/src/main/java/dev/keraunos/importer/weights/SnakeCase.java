package dev.keraunos.importer.weights;

import java.util.Locale;
import java.util.regex.Pattern;

/** The group names of v3 weight files: {@code keras.src.utils.naming.to_snake_case}. */
final class SnakeCase {
  private static final Pattern OTHER = Pattern.compile("\\W+");
  private static final Pattern WORD = Pattern.compile("(.)([A-Z][a-z]+)");
  private static final Pattern CAPITAL = Pattern.compile("([a-z])([A-Z])");

  private SnakeCase() {}

  /** {@code Conv2DTranspose} as {@code conv2d_transpose}. */
  static String of(String className) {
    String name = OTHER.matcher(className).replaceAll("");
    name = WORD.matcher(name).replaceAll("$1_$2");
    return CAPITAL.matcher(name).replaceAll("$1_$2").toLowerCase(Locale.ROOT);
  }
}
