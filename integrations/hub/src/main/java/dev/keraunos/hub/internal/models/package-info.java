/** The models of KerasHub, in a file per family: a function each, which calls the layers. */
package dev.keraunos.hub.internal.models;
