/** Functions of Lambda layers, decoded from their files, as operations of a graph. */
package dev.keraunos.importer.internal.lambda;
