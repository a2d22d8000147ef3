package dev.keraunos.importer.archive;

/**
 * Where a group's B-tree and local heap lie: a symbol table message, or a copy of it in a symbol
 * table entry.
 */
public record Hdf5SymbolTable(long btree, long heap) {}
