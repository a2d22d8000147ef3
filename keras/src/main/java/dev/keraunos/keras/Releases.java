package dev.keraunos.keras;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A set of Keras releases: some of each line, on all backends or on some. {@code until} names the
 * first release that is no longer in it.
 */
final class Releases {
  /**
   * Successive releases of a line.
   *
   * @param from the first, or null for the line's first
   * @param until the first after them, or null for no end
   * @param backends with which they compute
   */
  private record Interval(Line line, Release from, Release until, Set<Backend> backends) {
    boolean contains(KerasVersion version, Backend backend) {
      return version.line() == line
          && backends.contains(backend)
          && (from == null || version.release().compareTo(from) >= 0)
          && (until == null || version.release().compareTo(until) < 0);
    }

    Interval on(Set<Backend> some) {
      return new Interval(line, from, until, some);
    }

    @Override
    public String toString() {
      String limits = describeBackends();
      return describeReleases() + (limits.isEmpty() ? "" : " (" + limits + ")");
    }

    private String describeReleases() {
      if (from == null) {
        return until == null ? "all" : "before " + until;
      }
      return until == null ? "from " + from : "from " + from + ", before " + until;
    }

    private String describeBackends() {
      Set<Backend> others = EnumSet.complementOf(EnumSet.copyOf(backends));
      if (others.isEmpty()) {
        return "";
      }
      return others.size() < backends.size() ? "not on " + join(others) : "on " + join(backends);
    }
  }

  private final List<Interval> intervals;

  private Releases(List<Interval> intervals) {
    this.intervals = List.copyOf(intervals);
  }

  private static Releases of(Line... lines) {
    Set<Backend> all = EnumSet.allOf(Backend.class);
    return new Releases(
        Arrays.stream(lines).map(line -> new Interval(line, null, null, all)).toList());
  }

  static Releases all() {
    return of(Line.values());
  }

  static Releases keras1() {
    return of(Line.KERAS_1);
  }

  static Releases keras2() {
    return of(Line.KERAS_2);
  }

  /** Graph mode, by the version of TensorFlow. */
  static Releases graph() {
    return of(Line.GRAPH);
  }

  static Releases tfKeras() {
    return of(Line.TF_KERAS);
  }

  static Releases keras3() {
    return of(Line.KERAS_3);
  }

  /** All lines before the first that another set holds, and that set. */
  static Releases upTo(Releases last) {
    Line line = last.intervals.get(0).line;
    return of(Arrays.copyOf(Line.values(), line.ordinal())).or(last);
  }

  /** A set, and all lines after the last that it holds. */
  static Releases since(Releases first) {
    Line line = first.intervals.get(first.intervals.size() - 1).line;
    return first.or(
        of(Arrays.copyOfRange(Line.values(), line.ordinal() + 1, Line.values().length)));
  }

  /** Those of these releases that are not before one. */
  Releases from(String release) {
    Interval only = intervals.get(0);
    return new Releases(
        List.of(new Interval(only.line, Release.parse(release), only.until, only.backends)));
  }

  /** Those of these releases that are before one. */
  Releases until(String release) {
    Interval only = intervals.get(0);
    return new Releases(
        List.of(new Interval(only.line, only.from, Release.parse(release), only.backends)));
  }

  /** Both. */
  Releases or(Releases other) {
    List<Interval> both = new ArrayList<>(intervals);
    both.addAll(other.intervals);
    return new Releases(both);
  }

  /** These releases where they compute with a backend; those added later are not meant. */
  Releases on(Backend backend) {
    return on(EnumSet.of(backend));
  }

  /** These releases where they do not compute with a backend. */
  Releases notOn(Backend backend) {
    return on(EnumSet.complementOf(EnumSet.of(backend)));
  }

  private Releases on(Set<Backend> some) {
    return new Releases(intervals.stream().map(interval -> interval.on(some)).toList());
  }

  boolean contains(KerasVersion version, Backend backend) {
    return intervals.stream().anyMatch(interval -> interval.contains(version, backend));
  }

  /** The releases of a line in words, empty for none. */
  String describe(Line line) {
    List<String> parts =
        intervals.stream().filter(i -> i.line == line).map(Interval::toString).toList();
    return String.join(", ", parts);
  }

  private static String join(Set<Backend> some) {
    return String.join(", ", some.stream().map(Backend::toString).toList());
  }
}
