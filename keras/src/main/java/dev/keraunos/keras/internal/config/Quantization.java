package dev.keraunos.keras.internal.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the weights of a layer are quantized.
 *
 * @param mode the method
 * @param bits of a stored weight
 * @param block how many inputs share a scale; 0 if all of an output do
 */
public record Quantization(Mode mode, int bits, int block) {
  /** What the names of dtype policies begin with. */
  public enum Mode {
    /** Scaled by the largest weight, multiplied as int8. */
    INT8("int8"),
    /** The same in 16 steps, two weights in a byte. */
    INT4("int4(?:/(?<block>-1|[1-9]\\d{0,8}))?"),
    /** Floating weights, rounded to e4m3 where they are used. */
    FLOAT8("float8"),
    GPTQ("gptq/(?<bits>[2348])/(?<block>-1|[1-9]\\d{0,8})"),
    AWQ("awq/(?<bits>4)/(?<block>-1|[1-9]\\d{0,8})");

    private final Pattern pattern;

    Mode(String pattern) {
      this.pattern = Pattern.compile(pattern);
    }
  }

  /** The forms of names that {@link #of} knows. */
  public static final String NAMES = "int8, int4, int4/BLOCK, float8, gptq/BITS/GROUP, awq/4/GROUP";

  /** What a name such as {@code int8} or {@code int4/128} stands for; empty if nothing. */
  public static Optional<Quantization> of(String name) {
    return Arrays.stream(Mode.values()).flatMap(mode -> of(mode, name).stream()).findFirst();
  }

  private static Optional<Quantization> of(Mode mode, String name) {
    Matcher matcher = mode.pattern.matcher(name.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int bits = mode == Mode.INT4 ? 4 : group(mode, matcher, "bits", 8);
    return Optional.of(new Quantization(mode, bits, 0).withBlock(group(mode, matcher, "block", 0)));
  }

  private static int group(Mode mode, Matcher matcher, String name, int absent) {
    String text = mode.pattern.pattern().contains("<" + name + ">") ? matcher.group(name) : null;
    return text == null ? absent : Integer.parseInt(text);
  }

  /** The same with another number of inputs that share a scale; -1 stands for all too. */
  public Quantization withBlock(int inputs) {
    return new Quantization(mode, bits, Math.max(inputs, 0));
  }
}
