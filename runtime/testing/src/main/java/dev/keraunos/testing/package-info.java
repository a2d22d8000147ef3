/**
 * What tests compare with: arrays that NumPy wrote, tolerances by name, operations that Keras
 * computed, a digest of all that Keraunos computes.
 */
package dev.keraunos.testing;
