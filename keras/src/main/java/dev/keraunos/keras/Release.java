package dev.keraunos.keras;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Three numbers of a version; missing ones are 0. */
record Release(int major, int minor, int patch) implements Comparable<Release> {
  private static final Pattern NUMBERS =
      Pattern.compile("(\\d{1,4})(?:\\.(\\d{1,4}))?(?:\\.(\\d{1,4}))?.*");

  /** The numbers at the beginning of a text; null if there are none. */
  static Release parse(String text) {
    Matcher matcher = NUMBERS.matcher(text.strip());
    return matcher.matches()
        ? new Release(part(matcher, 1), part(matcher, 2), part(matcher, 3))
        : null;
  }

  private static int part(Matcher matcher, int group) {
    return matcher.group(group) == null ? 0 : Integer.parseInt(matcher.group(group));
  }

  @Override
  public int compareTo(Release other) {
    return Comparator.comparingInt(Release::major)
        .thenComparingInt(Release::minor)
        .thenComparingInt(Release::patch)
        .compare(this, other);
  }

  /** As it is written in tables: {@code 2.0.7}, {@code 2.3}. */
  @Override
  public String toString() {
    return major + "." + minor + (patch == 0 ? "" : "." + patch);
  }
}
