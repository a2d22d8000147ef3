package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.LossFactory;
import dev.keraunos.loss.LossProvider;
import dev.keraunos.loss.LossRegistry;
import dev.keraunos.loss.PredictionLoss;
import dev.keraunos.loss.TensorLoss;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceConfigurationError;

/** Finds the losses that the command line names. */
final class CustomLosses {
  private static final String KINDS =
      Loss.class.getName() + ", PredictionLoss, TensorLoss, LossFactory, LossProvider";

  private CustomLosses() {}

  /** True for a class or a place that holds classes, false for a mere name. */
  static boolean isSource(String text) {
    return text.indexOf('!') >= 0 || text.indexOf('.') >= 0 || exists(text);
  }

  /**
   * Registers a loss under a name.
   *
   * @param source a class name, {@code PATH!CLASS}, or a path whose providers register it
   * @throws InputException if there is no such class, or it cannot be used
   */
  static void register(LossRegistry.Builder registry, String name, String source) {
    int mark = source.lastIndexOf('!');
    String location = mark >= 0 ? source.substring(0, mark) : source;
    if (mark < 0 && !exists(source)) {
      if (source.endsWith(".jar") || source.indexOf('/') >= 0) {
        throw new InputException("there is no jar or folder '" + source + "'");
      }
      add(registry, name, Main.class.getClassLoader(), source, List.of());
      return;
    }
    ClassLoader loader = new URLClassLoader(new URL[] {url(location)}, Main.class.getClassLoader());
    if (mark < 0) {
      provide(registry, loader, source);
    } else {
      add(registry, name, loader, source.substring(mark + 1), ClassNames.in(Path.of(location)));
    }
  }

  private static boolean exists(String path) {
    try {
      return Files.exists(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static URL url(String location) {
    if (!exists(location)) {
      throw new InputException("there is no jar or folder '" + location + "'");
    }
    try {
      return Path.of(location).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new InputException("'" + location + "' cannot be read: " + e.getMessage());
    }
  }

  private static void provide(LossRegistry.Builder registry, ClassLoader loader, String source) {
    try {
      registry.providers(loader);
    } catch (ServiceConfigurationError e) {
      throw new InputException("'" + source + "' cannot provide losses: " + e.getMessage());
    }
  }

  private static void add(
      LossRegistry.Builder registry,
      String name,
      ClassLoader loader,
      String className,
      List<String> present) {
    Object made = create(loader, className, present);
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
      throw new InputException(className + " implements none of " + KINDS);
    }
  }

  private static Object create(ClassLoader loader, String className, List<String> present) {
    try {
      return Class.forName(className, true, loader).getDeclaredConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      String nearest = ClassNames.nearest(className, present);
      throw new InputException(
          "there is no class '"
              + className
              + "'"
              + (nearest.isEmpty()
                  ? "; give its full name, or JAR!CLASS to find it in a jar or folder"
                  : " there; nearest: " + nearest));
    } catch (InvocationTargetException e) {
      throw new InputException("the constructor of " + className + " throws " + e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new InputException(
          className + " needs to be public, with a public constructor without parameters");
    } catch (LinkageError e) {
      throw new InputException("class '" + className + "' cannot be loaded: " + e);
    }
  }
}
