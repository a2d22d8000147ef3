/**
 * From files to a config tree and named arrays: {@link
 * dev.keraunos.importer.internal.archive.ModelArchive} is the entry point.
 */
package dev.keraunos.importer.internal.archive;
