/**
 * Texts as Keras 1 and 2 prepare them for their models, with words numbered outside of the model.
 * {@link dev.keraunos.text.KerasTokenizer} is where to begin.
 */
package dev.keraunos.text;
