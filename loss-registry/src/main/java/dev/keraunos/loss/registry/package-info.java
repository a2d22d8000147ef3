/** What saved names of losses, metrics and regularisers stand for, Keras' own and the user's. */
package dev.keraunos.loss.registry;
