/** What a saved name stands for, by Keras' rules of names. */
package dev.keraunos.keras.internal.names;
