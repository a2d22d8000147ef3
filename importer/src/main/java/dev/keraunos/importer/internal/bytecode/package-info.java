/** The bytecode of Python functions, read as data: from marshalled code to an expression. */
package dev.keraunos.importer.internal.bytecode;
