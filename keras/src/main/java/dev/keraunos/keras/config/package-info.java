/**
 * Reading what Keras wrote as JSON: {@link dev.keraunos.keras.config.Config} is one layer's config,
 * {@link dev.keraunos.keras.config.Setting} one entry of it, {@link dev.keraunos.keras.Dialect}
 * says which Keras wrote it.
 */
package dev.keraunos.keras.config;
