/**
 * From files to a config tree and named arrays: {@link dev.keraunos.importer.archive.ModelArchive}
 * is the entry point.
 */
package dev.keraunos.importer.archive;
