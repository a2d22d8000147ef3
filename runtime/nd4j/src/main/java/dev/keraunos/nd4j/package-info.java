/** ND4J beside Keraunos: its arrays in and out. The engine {@code nd4j} is found by its name. */
package dev.keraunos.nd4j;
