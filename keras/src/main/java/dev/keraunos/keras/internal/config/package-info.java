/** Entries of a saved config that only those read who open a model. */
package dev.keraunos.keras.internal.config;
