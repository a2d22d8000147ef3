package dev.keraunos.importer.internal.bytecode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.importer.internal.bytecode.Term.Attribute;
import dev.keraunos.importer.internal.bytecode.Term.Binary;
import dev.keraunos.importer.internal.bytecode.Term.Call;
import dev.keraunos.importer.internal.bytecode.Term.Constant;
import dev.keraunos.importer.internal.bytecode.Term.Free;
import dev.keraunos.importer.internal.bytecode.Term.Global;
import dev.keraunos.importer.internal.bytecode.Term.Index;
import dev.keraunos.importer.internal.bytecode.Term.Local;
import dev.keraunos.importer.internal.bytecode.Term.Parameter;
import dev.keraunos.importer.internal.bytecode.Term.Part;
import dev.keraunos.importer.internal.bytecode.Term.Sequence;
import dev.keraunos.importer.internal.bytecode.Term.Slice;
import dev.keraunos.importer.internal.bytecode.Term.Unary;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Terms as Python writes them. */
final class TermText {
  /** How tight signs bind; comparisons are loosest. */
  private static final Map<String, Integer> BINDING =
      Map.ofEntries(
          Map.entry("|", 2),
          Map.entry("^", 3),
          Map.entry("&", 4),
          Map.entry("<<", 5),
          Map.entry(">>", 5),
          Map.entry("+", 6),
          Map.entry("-", 6),
          Map.entry("*", 7),
          Map.entry("/", 7),
          Map.entry("//", 7),
          Map.entry("%", 7),
          Map.entry("@", 7),
          Map.entry("**", 9));

  private static final int COMPARISON = 1;
  private static final int SIGN = 8;
  private static final int POWER = 9;
  private static final int ATOM = 10;

  private TermText() {}

  /** The text of a term. */
  static String of(Term term) {
    if (term instanceof Parameter parameter) {
      return parameter.name();
    } else if (term instanceof Local local) {
      return local.name();
    } else if (term instanceof Global global) {
      return global.name();
    } else if (term instanceof Free free) {
      return free.name();
    } else if (term instanceof Constant constant) {
      return constant(constant.value());
    } else if (term instanceof Sequence sequence) {
      return sequence(sequence);
    } else if (term instanceof Attribute attribute) {
      return inside(attribute.of(), ATOM) + "." + attribute.name();
    } else if (term instanceof Call call) {
      return call(call);
    } else if (term instanceof Unary unary) {
      return unary.sign() + inside(unary.operand(), SIGN);
    } else if (term instanceof Binary binary) {
      return binary(binary);
    } else if (term instanceof Index index) {
      return inside(index.of(), ATOM) + "[" + key(index.key()) + "]";
    } else if (term instanceof Part part) {
      return inside(part.of(), ATOM) + "[" + part.index() + "]";
    } else if (term instanceof Slice slice) {
      return "slice(" + of(slice.start()) + ", " + of(slice.stop()) + ", " + of(slice.step()) + ")";
    }
    return "...";
  }

  private static String inside(Term term, int least) {
    return binding(term) < least ? "(" + of(term) + ")" : of(term);
  }

  private static int binding(Term term) {
    if (term instanceof Binary binary) {
      return BINDING.getOrDefault(binary.sign(), COMPARISON);
    } else if (term instanceof Unary) {
      return SIGN;
    } else if (term instanceof Constant constant && constant.value().isNumber()) {
      return constant.value().asDouble() < 0 ? SIGN : POWER;
    }
    return ATOM;
  }

  private static String binary(Binary binary) {
    int own = binding(binary);
    boolean power = own == POWER;
    boolean chained = own == COMPARISON;
    return inside(binary.left(), power || chained ? own + 1 : own)
        + " "
        + binary.sign()
        + " "
        + inside(binary.right(), power ? SIGN : own + 1);
  }

  private static String call(Call call) {
    List<String> arguments = new ArrayList<>();
    call.positional().forEach(argument -> arguments.add(of(argument)));
    call.keywords().forEach((name, argument) -> arguments.add(name + "=" + of(argument)));
    return inside(call.function(), ATOM) + "(" + String.join(", ", arguments) + ")";
  }

  private static String sequence(Sequence sequence) {
    String items = sequence.items().stream().map(TermText::of).collect(Collectors.joining(", "));
    if (!sequence.isTuple()) {
      return "[" + items + "]";
    }
    return "(" + items + (sequence.items().size() == 1 ? ",)" : ")");
  }

  private static String key(Term key) {
    if (key instanceof Sequence sequence && sequence.isTuple() && sequence.items().size() > 1) {
      return sequence.items().stream().map(TermText::item).collect(Collectors.joining(", "));
    }
    return item(key);
  }

  private static String item(Term item) {
    if (!(item instanceof Slice slice)) {
      return of(item);
    }
    String step = bound(slice.step());
    return bound(slice.start()) + ":" + bound(slice.stop()) + (step.isEmpty() ? "" : ":" + step);
  }

  private static String bound(Term bound) {
    return bound instanceof Constant constant && constant.value().isNull() ? "" : of(bound);
  }

  private static String constant(JsonNode value) {
    if (value.isTextual()) {
      return "'" + value.asText().replace("\\", "\\\\").replace("'", "\\'") + "'";
    } else if (value.isBoolean()) {
      return value.asBoolean() ? "True" : "False";
    }
    return value.isNull() ? "None" : value.isDouble() ? number(value.asDouble()) : value.asText();
  }

  /** As Python writes it: with an exponent where it is below -4 or from 16 on. */
  private static String number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
    }
    BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = exact.precision() - exact.scale() - 1;
    if (exact.signum() == 0 || (exponent >= -4 && exponent < 16)) {
      String plain = exact.toPlainString();
      return (value < 0 || 1 / value >= 0 ? "" : "-")
          + (plain.contains(".") ? plain : plain + ".0");
    }
    String digits = exact.unscaledValue().abs().toString();
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    String sign = Math.abs(exponent) < 10 ? "%s%s%se%+03d" : "%s%s%se%+d";
    return sign.formatted(value < 0 ? "-" : "", digits.charAt(0), fraction, exponent);
  }
}
