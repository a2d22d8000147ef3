package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.LossRegistry;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the losses that {@code --loss} names. */
final class CustomLosses {
  private CustomLosses() {}

  /**
   * Registers a loss under a name.
   *
   * @param source a class name, {@code PATH!CLASS}, or a path whose providers register it
   */
  static void register(LossRegistry.Builder registry, String name, String source) {
    int mark = source.lastIndexOf('!');
    String location = mark >= 0 ? source.substring(0, mark) : source;
    if (mark < 0 && !Files.exists(Path.of(source))) {
      registry.loss(name, create(Main.class.getClassLoader(), source));
      return;
    }
    ClassLoader loader = new URLClassLoader(new URL[] {url(location)}, Main.class.getClassLoader());
    if (mark < 0) {
      registry.providers(loader);
    } else {
      registry.loss(name, create(loader, source.substring(mark + 1)));
    }
  }

  private static URL url(String location) {
    Path path = Path.of(location);
    if (!Files.exists(path)) {
      throw new InputException("--loss: there is no jar or folder '" + location + "'");
    }
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new InputException("--loss: '" + location + "' cannot be read: " + e.getMessage());
    }
  }

  private static Loss create(ClassLoader loader, String className) {
    try {
      Class<?> found = Class.forName(className, true, loader);
      if (!Loss.class.isAssignableFrom(found)) {
        throw new InputException(
            "--loss: " + className + " does not implement " + Loss.class.getName());
      }
      return (Loss) found.getDeclaredConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw new InputException(
          "--loss: there is no class '"
              + className
              + "'; give its full name, or JAR!CLASS to find it in a jar or folder");
    } catch (LinkageError e) {
      throw new InputException(
          "--loss: " + className + " cannot be loaded by this Java: " + e.getMessage());
    } catch (InvocationTargetException e) {
      throw new InputException("--loss: creating " + className + " failed: " + e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new InputException(
          "--loss: " + className + " needs a public constructor without parameters");
    }
  }
}
