package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.PredictionLoss;
import dev.keraunos.loss.TensorLoss;
import dev.keraunos.loss.registry.LossFactory;
import dev.keraunos.loss.registry.LossProvider;
import dev.keraunos.loss.registry.LossRegistry;

/** Registers the losses that the command line names. */
final class CustomLosses {
  private static final String KINDS =
      Loss.class.getName() + ", PredictionLoss, TensorLoss, LossFactory, LossProvider";

  private CustomLosses() {}

  /**
   * Registers a loss under a name.
   *
   * @param source see {@link UserClass}
   * @throws InputException if there is no such class, or it cannot be used
   */
  static void register(LossRegistry.Builder registry, String name, String source) {
    UserClass.of(source).use("losses", registry::providers, made -> add(registry, name, made));
  }

  private static void add(LossRegistry.Builder registry, String name, Object made) {
    if (made instanceof Loss loss) {
      registry.loss(name, loss);
    } else if (made instanceof PredictionLoss loss) {
      registry.loss(name, Loss.of(loss));
    } else if (made instanceof TensorLoss loss) {
      registry.loss(name, Loss.ofTensors(loss));
    } else if (made instanceof LossFactory factory) {
      registry.loss(name, factory);
    } else if (made instanceof LossProvider provider) {
      provider.register(registry);
    } else {
      throw new InputException(made.getClass().getName() + " implements none of " + KINDS);
    }
  }
}
