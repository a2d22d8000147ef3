package dev.keraunos.loss.explain;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One thing that an evaluation shows, in a sentence. The page "What Keraunos can tell you" lists
 * the rules.
 *
 * @param rule the name of the rule that speaks, which is stable
 * @param output whose loss it is about; empty for the whole model
 * @param numbers those of the sentence, by name, with all their digits
 * @param sentence in plain words, with two or three digits
 * @param advice what would mend it or show it better; empty where the sentence says it
 */
public record Finding(
    String rule, String output, Map<String, Double> numbers, String sentence, List<String> advice) {
  public Finding {
    numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    advice = List.copyOf(advice);
  }
}
