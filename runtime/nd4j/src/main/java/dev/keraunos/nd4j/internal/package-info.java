/** The engine on ND4J: which operation it computes, and how. */
package dev.keraunos.nd4j.internal;
