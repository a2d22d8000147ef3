package dev.keraunos.importer.internal.bytecode;

/**
 * One instruction.
 *
 * @param name of its opcode
 * @param argument 0 where it has none
 */
record Instruction(String name, int argument) {}
