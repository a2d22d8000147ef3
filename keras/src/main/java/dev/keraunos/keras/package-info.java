/**
 * What Keras is: whose version wrote a file and what it computed with, as a {@link
 * dev.keraunos.keras.Dialect}, and what is wrong with a file that cannot be read.
 */
package dev.keraunos.keras;
