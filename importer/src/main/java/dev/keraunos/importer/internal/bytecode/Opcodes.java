package dev.keraunos.importer.internal.bytecode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The opcodes of each version, and instructions from bytes. */
final class Opcodes {
  /** An opcode with the entries of its cache, which follow it. */
  private record Opcode(String name, int caches) {}

  private static final int OPCODES = 256;
  private static final int MAX_INSTRUCTIONS = 4_000;
  private static final Map<PythonVersion, Opcode[]> TABLES = read();

  private Opcodes() {}

  private static Map<PythonVersion, Opcode[]> read() {
    Map<PythonVersion, Opcode[]> tables = new EnumMap<>(PythonVersion.class);
    for (PythonVersion version : PythonVersion.values()) {
      tables.put(version, new Opcode[OPCODES]);
    }
    try (InputStream stream = Opcodes.class.getResourceAsStream("opcodes.txt");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII))) {
      lines.lines().skip(2).forEach(line -> add(line.split(" ", -1), tables));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tables;
  }

  private static void add(String[] row, Map<PythonVersion, Opcode[]> tables) {
    for (PythonVersion version : PythonVersion.values()) {
      String[] entry = row[version.ordinal() + 1].split("\\+", -1);
      if (!entry[0].equals("-")) {
        int caches = entry.length > 1 ? Integer.parseInt(entry[1]) : 0;
        tables.get(version)[Integer.parseInt(entry[0])] = new Opcode(row[0], caches);
      }
    }
  }

  /**
   * The instructions, with their caches left out and long arguments put together.
   *
   * @throws UndecodableException if one is unknown
   */
  static List<Instruction> instructions(byte[] code, PythonVersion version) {
    if (code.length == 0 || code.length % 2 != 0 || code.length > 2 * MAX_INSTRUCTIONS) {
      throw new UndecodableException("it has " + code.length + " bytes of instructions");
    }
    List<Instruction> instructions = new ArrayList<>();
    int argument = 0;
    for (int at = 0; at < code.length; at += 2) {
      Opcode opcode = TABLES.get(version)[code[at] & 0xff];
      argument = (argument << 8) | (code[at + 1] & 0xff);
      if (opcode == null || opcode.name().equals("CACHE") || argument > 0xffff) {
        throw new UndecodableException("instruction " + (code[at] & 0xff) + " is unknown");
      }
      if (opcode.name().equals("EXTENDED_ARG")) {
        continue;
      }
      instructions.add(new Instruction(opcode.name(), argument));
      argument = 0;
      for (int i = 0; i < opcode.caches(); i++) {
        at += 2;
        if (at >= code.length || code[at] != 0) {
          throw new UndecodableException("a cache is missing");
        }
      }
    }
    return instructions;
  }
}
