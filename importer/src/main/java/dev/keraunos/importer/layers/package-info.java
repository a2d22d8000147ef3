/**
 * What users bring along for a model whose file cannot hold it: custom layers, activations, and
 * functions of Lambda layers, in Java or as an expression.
 */
package dev.keraunos.importer.layers;
