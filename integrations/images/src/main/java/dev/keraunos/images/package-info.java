/**
 * Pictures as Keras prepares them for its models. {@link dev.keraunos.images.Images} is where to
 * begin.
 */
package dev.keraunos.images;
