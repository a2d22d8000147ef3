/**
 * Reading what Keras wrote as JSON: {@link dev.keraunos.importer.config.Config} is one layer's
 * config, {@link dev.keraunos.importer.config.Setting} one entry of it, {@link
 * dev.keraunos.loss.Dialect} says which Keras wrote it.
 */
package dev.keraunos.importer.config;
