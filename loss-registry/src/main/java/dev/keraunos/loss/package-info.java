/**
 * Losses, metrics and regularisers under their Keras names, and the rules by which each version of
 * Keras turns them into the numbers of {@code evaluate}.
 *
 * <ol>
 *   <li>A {@link dev.keraunos.loss.registry.LossRegistry} holds Keras' own and what the user adds:
 *       {@code LossRegistry.builder().loss("my_loss", (yTrue, yPred) -> mean(square(subtract(yPred,
 *       yTrue)), -1)).build()}. On the command line they come from a {@link
 *       dev.keraunos.loss.registry.LossProvider}.
 *   <li>A {@link dev.keraunos.keras.Dialect} says whose numbers to reproduce: {@code
 *       Dialect.of(keras_version, backend)} of the file, or {@code Dialect.parse("2.2.4")} as
 *       asked.
 *   <li>What a model was compiled with is the file's {@code training_config} or {@code
 *       compile_config}. Nothing is looked up before an evaluation starts.
 *   <li>An evaluation takes batches of targets and predictions and gives the dict that Keras
 *       returns. The importer hands it the logits and masks that Keras would see, and the penalised
 *       weights.
 *   <li>An {@link dev.keraunos.loss.explain.Explanation}, collected on the way if asked for, splits
 *       the loss into terms that add up to it: by output, term, class and regulariser.
 * </ol>
 */
package dev.keraunos.loss;
