/** From predictions and targets to the numbers of {@code evaluate}, and to the reasons for them. */
package dev.keraunos.loss.evaluate;
