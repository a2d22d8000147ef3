package dev.keraunos.importer.internal.bytecode;

import java.util.LinkedHashMap;
import java.util.Map;

/** Instructions that no straight expression has, in words. */
final class Obstacles {
  private static final Map<String, String> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("GET_ITER|FOR_ITER|SETUP_LOOP|END_FOR", "a loop");
    KINDS.put("JUMP_(BACKWARD|ABSOLUTE).*", "a loop");
    KINDS.put(".*JUMP.*|TO_BOOL|UNARY_NOT", "a branch");
    KINDS.put("IMPORT_.*", "an import");
    KINDS.put("MAKE_FUNCTION|LOAD_CLOSURE|MAKE_CELL|LOAD_BUILD_CLASS", "an inner function");
    KINDS.put(
        "SETUP_.*|RAISE_.*|.*WITH.*|LOAD_ASSERTION_ERROR|PUSH_EXC_INFO", "an exception or a with");
    KINDS.put("STORE_.*|DELETE_.*", "an assignment to something that is no local variable");
    KINDS.put("CALL_FUNCTION_EX|.*_UNPACK_WITH_CALL|DICT_MERGE", "a call with * or **");
    KINDS.put("BUILD_(CONST_KEY_)?MAP.*|DICT_.*|MAP_ADD", "a dict");
    KINDS.put("BUILD_SET.*|SET_.*", "a set");
    KINDS.put("FORMAT_.*|BUILD_STRING|CONVERT_VALUE", "a formatted text");
    KINDS.put("CONTAINS_OP|IS_OP", "'in' or 'is'");
    KINDS.put("YIELD_.*|GEN_START|RETURN_GENERATOR|SEND", "a generator");
    KINDS.put("UNPACK_EX|BUILD_(TUPLE|LIST)_UNPACK", "an unpacking with *");
  }

  private Obstacles() {}

  /** What an instruction is part of. */
  static String of(String instruction) {
    return KINDS.entrySet().stream()
        .filter(kind -> instruction.matches(kind.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("an instruction that computes no tensor");
  }
}
