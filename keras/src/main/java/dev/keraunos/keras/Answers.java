package dev.keraunos.keras;

import java.util.stream.Stream;

/** Which answers anyone got to a question since the JVM started. */
final class Answers {
  private volatile boolean affirmed;
  private volatile boolean denied;

  /** Notes an answer, and hands it on. */
  boolean note(boolean answer) {
    if (answer && !affirmed) {
      affirmed = true;
    } else if (!answer && !denied) {
      denied = true;
    }
    return answer;
  }

  /** Those that were noted, such as {@code NAME=true}. */
  Stream<String> of(Object name) {
    return Stream.concat(
        affirmed ? Stream.of(name + "=true") : Stream.empty(),
        denied ? Stream.of(name + "=false") : Stream.empty());
  }
}
