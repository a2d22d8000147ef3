package dev.keraunos.importer.internal.bytecode;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A part of an expression of Python. */
public sealed interface Term {
  /** A parameter of the function. */
  record Parameter(String name) implements Term {}

  /** A local variable once it is set; one that is set again has another name. */
  record Local(String name, Term value) implements Term {}

  /** A global name. */
  record Global(String name) implements Term {}

  /** A variable of the function around this one. */
  record Free(String name) implements Term {}

  /** A number, a text, True, False or None. */
  record Constant(JsonNode value) implements Term {}

  /** Three dots. */
  record Ellipsis() implements Term {}

  /** A tuple or a list. */
  record Sequence(List<Term> items, boolean isTuple) implements Term {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /** {@code of.name}. */
  record Attribute(Term of, String name) implements Term {}

  /** A call of a function or a method. */
  record Call(Term function, List<Term> positional, Map<String, Term> keywords) implements Term {
    public Call {
      positional = List.copyOf(positional);
      keywords = Collections.unmodifiableMap(new LinkedHashMap<>(keywords));
    }
  }

  /** {@code -x} or {@code ~x}. */
  record Unary(String sign, Term operand) implements Term {}

  /** Arithmetic or a comparison. */
  record Binary(String sign, Term left, Term right) implements Term {}

  /** {@code of[key]}. */
  record Index(Term of, Term key) implements Term {}

  /** One of exactly so many items, as in {@code x, y = inputs}. */
  record Part(Term of, int index, int count) implements Term {}

  /** {@code start:stop:step} in an index. */
  record Slice(Term start, Term stop, Term step) implements Term {}

  /** The terms right inside. */
  default List<Term> parts() {
    if (this instanceof Local local) {
      return List.of(local.value());
    } else if (this instanceof Sequence sequence) {
      return sequence.items();
    } else if (this instanceof Attribute attribute) {
      return List.of(attribute.of());
    } else if (this instanceof Call call) {
      List<Term> parts = new ArrayList<>(List.of(call.function()));
      parts.addAll(call.positional());
      parts.addAll(call.keywords().values());
      return parts;
    } else if (this instanceof Unary unary) {
      return List.of(unary.operand());
    } else if (this instanceof Binary binary) {
      return List.of(binary.left(), binary.right());
    } else if (this instanceof Index index) {
      return List.of(index.of(), index.key());
    } else if (this instanceof Part part) {
      return List.of(part.of());
    } else if (this instanceof Slice slice) {
      return List.of(slice.start(), slice.stop(), slice.step());
    }
    return List.of();
  }
}
