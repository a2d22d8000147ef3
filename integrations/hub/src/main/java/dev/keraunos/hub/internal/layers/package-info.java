/** The layers of KerasHub, in a file per family: a row and a function each. */
package dev.keraunos.hub.internal.layers;
