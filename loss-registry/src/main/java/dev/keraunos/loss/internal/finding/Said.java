package dev.keraunos.loss.internal.finding;

import dev.keraunos.loss.internal.text.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A sentence in the making, with its numbers and what to do. */
final class Said {
  private final Map<String, Double> numbers = new LinkedHashMap<>();
  private final List<String> advice = new ArrayList<>();
  private String sentence = "";

  /** Notes a number that the sentence has. */
  Said with(String name, double value) {
    numbers.put(name, value);
    return this;
  }

  /** Says what would help, beside the sentence. */
  Said advise(List<String> lines) {
    advice.addAll(lines);
    return this;
  }

  /** The sentence; numbers that are doubles are written with three digits. */
  Optional<Said> say(String format, Object... values) {
    Object[] texts = values.clone();
    for (int i = 0; i < texts.length; i++) {
      texts[i] = texts[i] instanceof Double number ? Numbers.rounded(number) : texts[i];
    }
    sentence = String.format(Locale.ROOT, format, texts);
    return Optional.of(this);
  }

  Map<String, Double> numbers() {
    return numbers;
  }

  List<String> advice() {
    return advice;
  }

  String sentence() {
    return sentence;
  }
}
