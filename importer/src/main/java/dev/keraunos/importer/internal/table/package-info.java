/** The layer table: what a row says of a layer class, and what it sees of a call. */
package dev.keraunos.importer.internal.table;
