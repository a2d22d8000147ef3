/**
 * Which stored array is which variable of which layer, for every layout that Keras has used, and
 * the conversions that old layouts need.
 */
package dev.keraunos.importer.weights;
