/** Keras models and losses for those who live in Deeplearning4j. */
package dev.keraunos.dl4j;
