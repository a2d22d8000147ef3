package dev.keraunos.hdf5.internal.metadata;

/**
 * Where a group's B-tree and local heap lie: a symbol table message, or a copy of it in a symbol
 * table entry.
 */
public record SymbolTable(long btree, long heap) {}
