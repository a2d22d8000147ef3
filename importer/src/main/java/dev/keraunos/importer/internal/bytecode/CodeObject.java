package dev.keraunos.importer.internal.bytecode;

import java.util.List;

/**
 * A code object of CPython as marshal stores it.
 *
 * @param parameters how many of the locals are parameters, those by keyword alone included
 * @param keywordOnly how many of them, at the end, have no position
 * @param flags {@code co_flags}
 * @param stackSize how many values lie on the stack at most
 * @param code the instructions, two bytes each
 * @param constants {@code co_consts}, as {@link Marshal} reads them
 * @param names of globals and attributes
 * @param locals the names of local variables, parameters first; from Python 3.11 on those of cells
 *     and free variables too
 * @param free the names of free variables
 * @param derefs names by the number that instructions give cells and free variables
 * @param name of the function
 * @param catches whether it has handlers of exceptions in a table
 */
record CodeObject(
    int parameters,
    int keywordOnly,
    int flags,
    int stackSize,
    byte[] code,
    List<Object> constants,
    List<String> names,
    List<String> locals,
    List<String> free,
    List<String> derefs,
    String name,
    boolean catches) {}
