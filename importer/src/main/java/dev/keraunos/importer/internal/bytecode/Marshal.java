package dev.keraunos.importer.internal.bytecode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Python's {@code marshal} of a code object. Numbers, texts, booleans and None become JSON, tuples
 * lists, byte strings arrays, inner functions {@link CodeObject}s; whatever else there is is an
 * {@link Opaque}.
 */
final class Marshal {
  /** A constant that no expression of tensors has, and Ellipsis. */
  record Opaque(String kind) {}

  static final Opaque ELLIPSIS = new Opaque("...");

  private static final int MAX_DEPTH = 32;

  /** Objects of one function; a reference counts as what it refers to. */
  private static final int MAX_OBJECTS = 20_000;

  private static final int REFERENCED = 0x80;
  private static final int DIGIT_BITS = 15;
  private static final int FREE = 0x80;

  private final ByteBuffer data;
  private final PythonVersion version;
  private final List<Object> references = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();
  private int objects;
  private int depth;

  private Marshal(byte[] bytes, PythonVersion version) {
    this.data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    this.version = version;
  }

  /**
   * Reads a code object of a version.
   *
   * @throws UndecodableException if the bytes are none
   */
  static CodeObject read(byte[] bytes, PythonVersion version) {
    Marshal marshal = new Marshal(bytes, version);
    try {
      if (marshal.object() instanceof CodeObject code) {
        if (marshal.data.hasRemaining()) {
          throw new UndecodableException("bytes follow its code");
        }
        return code;
      }
      throw new UndecodableException("it is no code of a function");
    } catch (BufferUnderflowException e) {
      throw new UndecodableException("it ends in the middle");
    }
  }

  private Object object() {
    int type = data.get() & 0xff;
    if (++objects > MAX_OBJECTS || ++depth > MAX_DEPTH) {
      throw new UndecodableException("it is larger than a function of tensors is");
    }
    int slot = -1;
    int before = objects;
    if ((type & REFERENCED) != 0) {
      slot = references.size();
      references.add(null);
      sizes.add(0);
    }
    Object value = object((char) (type & ~REFERENCED));
    if (slot >= 0) {
      references.set(slot, value);
      sizes.set(slot, objects - before);
    }
    depth--;
    return value;
  }

  private Object object(char type) {
    return switch (type) {
      case 'N' -> JsonNodeFactory.instance.nullNode();
      case 'T', 'F' -> JsonNodeFactory.instance.booleanNode(type == 'T');
      case '.' -> ELLIPSIS;
      case 'i' -> JsonNodeFactory.instance.numberNode((long) data.getInt());
      case 'I' -> JsonNodeFactory.instance.numberNode(data.getLong());
      case 'l' -> digits();
      case 'g' -> JsonNodeFactory.instance.numberNode(data.getDouble());
      case 'y' -> complex();
      case 's' -> bytes(data.getInt());
      case 't', 'u' -> text(data.getInt());
      case 'a', 'A' -> text(data.getInt());
      case 'z', 'Z' -> text(data.get() & 0xff);
      case '(' -> list(data.getInt());
      case ')' -> list(data.get() & 0xff);
      case '<', '>' -> set();
      case 'c' -> code();
      case 'r' -> reference();
      default ->
          throw new UndecodableException("it holds an object of the unknown type " + (int) type);
    };
  }

  /** A whole number beyond 32 bits. */
  private Object digits() {
    int count = data.getInt();
    if (Math.abs((long) count) > Long.SIZE / DIGIT_BITS) {
      skip(2L * Math.abs((long) count));
      return new Opaque("a whole number beyond 64 bits");
    }
    long value = 0;
    for (int i = 0; i < Math.abs(count); i++) {
      value |= (long) (data.getShort() & 0x7fff) << (DIGIT_BITS * i);
    }
    return JsonNodeFactory.instance.numberNode(count < 0 ? -value : value);
  }

  private Object complex() {
    skip(2 * Double.BYTES);
    return new Opaque("a complex number");
  }

  private Object set() {
    list(data.getInt());
    return new Opaque("a set");
  }

  private void skip(long count) {
    if (count > data.remaining()) {
      throw new BufferUnderflowException();
    }
    data.position(data.position() + (int) count);
  }

  private byte[] bytes(int count) {
    if (count < 0 || count > data.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[count];
    data.get(bytes);
    return bytes;
  }

  private JsonNode text(int count) {
    return JsonNodeFactory.instance.textNode(new String(bytes(count), StandardCharsets.UTF_8));
  }

  private List<Object> list(int count) {
    if (count < 0 || count > data.remaining()) { // each takes a byte or more
      throw new BufferUnderflowException();
    }
    List<Object> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(object());
    }
    return items;
  }

  private Object reference() {
    int index = data.getInt();
    if (index < 0 || index >= references.size() || references.get(index) == null) {
      throw new UndecodableException("it refers to an object that is not there");
    }
    objects += sizes.get(index);
    if (objects > MAX_OBJECTS) {
      throw new UndecodableException("it is larger than a function of tensors is");
    }
    return references.get(index);
  }

  private CodeObject code() {
    int parameters = count();
    if (version.countsPositionalOnly()) {
      count();
    }
    int keywordOnly = count();
    if (!version.hasLocalsPlus()) {
      count();
    }
    int stackSize = count();
    int flags = data.getInt();
    byte[] code = bytes();
    List<Object> constants = tuple();
    List<String> names = texts();
    List<String> locals = texts();
    List<String> free = new ArrayList<>();
    List<String> derefs = new ArrayList<>(locals);
    if (version.hasLocalsPlus()) {
      byte[] kinds = bytes();
      for (int i = 0; i < Math.min(kinds.length, locals.size()); i++) {
        if ((kinds[i] & FREE) != 0) {
          free.add(locals.get(i));
        }
      }
    } else {
      free = texts();
      derefs = texts();
      derefs.addAll(free);
    }
    object(); // the file
    String name = text();
    if (version.hasLocalsPlus()) {
      object(); // the qualified name
    }
    data.getInt(); // the line
    bytes(); // the lines
    boolean catches = version.hasLocalsPlus() && bytes().length > 0;
    return new CodeObject(
        parameters + keywordOnly,
        keywordOnly,
        flags,
        stackSize,
        code,
        constants,
        names,
        locals,
        free,
        derefs,
        name,
        catches);
  }

  private int count() {
    int count = data.getInt();
    if (count < 0 || count > MAX_OBJECTS) {
      throw new UndecodableException("it is no code of a function");
    }
    return count;
  }

  private byte[] bytes() {
    if (object() instanceof byte[] bytes) {
      return bytes;
    }
    throw new UndecodableException("it is no code of a function");
  }

  private String text() {
    if (object() instanceof JsonNode json && json.isTextual()) {
      return json.asText();
    }
    throw new UndecodableException("it is no code of a function");
  }

  @SuppressWarnings("unchecked") // only list() makes lists
  private List<Object> tuple() {
    if (object() instanceof List<?> items) {
      return (List<Object>) items;
    }
    throw new UndecodableException("it is no code of a function");
  }

  private List<String> texts() {
    List<String> texts = new ArrayList<>();
    for (Object item : tuple()) {
      if (!(item instanceof JsonNode json) || !json.isTextual()) {
        throw new UndecodableException("it is no code of a function");
      }
      texts.add(json.asText());
    }
    return texts;
  }
}
