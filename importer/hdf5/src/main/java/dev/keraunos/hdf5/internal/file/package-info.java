/** What is read and what it may claim: bytes and limits. Everything else here stands on it. */
package dev.keraunos.hdf5.internal.file;
