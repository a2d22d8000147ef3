package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.PredictionLoss;
import dev.keraunos.loss.TensorLoss;
import dev.keraunos.loss.registry.LossFactory;
import dev.keraunos.loss.registry.LossProvider;
import dev.keraunos.loss.registry.LossRegistry;
import java.util.function.Consumer;

/** Registers the losses that the command line names. */
final class CustomLosses {
  private static final String KINDS =
      Loss.class.getName() + ", PredictionLoss, TensorLoss, LossFactory, LossProvider";

  private CustomLosses() {}

  /**
   * Registers a loss under a name.
   *
   * @param source see {@link UserClass}
   * @param used run when a model wants the loss; at once for what registers names of its own
   * @throws InputException if there is no such class, or it cannot be used
   */
  static void register(LossRegistry.Builder registry, String name, String source, Runnable used) {
    Consumer<ClassLoader> providers =
        loader -> {
          used.run();
          registry.providers(loader);
        };
    UserClass.of(source).use("losses", providers, made -> add(registry, name, made, used));
  }

  private static void add(LossRegistry.Builder registry, String name, Object made, Runnable used) {
    if (made instanceof LossProvider) {
      used.run();
    }
    if (made instanceof Loss loss) {
      registry.loss(name, marking(config -> loss, used));
    } else if (made instanceof PredictionLoss loss) {
      registry.loss(name, marking(config -> Loss.of(loss), used));
    } else if (made instanceof TensorLoss loss) {
      registry.loss(name, marking(config -> Loss.ofTensors(loss), used));
    } else if (made instanceof LossFactory factory) {
      registry.loss(name, marking(factory, used));
    } else if (made instanceof LossProvider provider) {
      provider.register(registry);
    } else {
      throw new InputException(made.getClass().getName() + " implements none of " + KINDS);
    }
  }

  private static LossFactory marking(LossFactory factory, Runnable used) {
    return config -> {
      used.run();
      return factory.create(config);
    };
  }
}
