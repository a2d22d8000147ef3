package dev.keraunos.cli;

import dev.keraunos.error.InputException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.function.Consumer;

/**
 * Code that the command line names: {@code CLASS} on the class path, {@code JAR!CLASS}, {@code
 * FOLDER!CLASS}, or a jar or folder whose providers register what it holds.
 */
final class UserClass {
  private final String source;
  private final String location;
  private final Optional<String> className;

  private UserClass(String source, String location, Optional<String> className) {
    this.source = source;
    this.location = location;
    this.className = className;
  }

  /**
   * Reads what the command line says.
   *
   * @throws InputException if it names a jar or folder that does not exist
   */
  static UserClass of(String source) {
    int mark = source.lastIndexOf('!');
    if (mark >= 0) {
      String location = source.substring(0, mark);
      require(location);
      return new UserClass(source, location, Optional.of(source.substring(mark + 1)));
    }
    if (exists(source)) {
      return new UserClass(source, source, Optional.empty());
    }
    if (source.endsWith(".jar") || source.indexOf('/') >= 0) {
      require(source);
    }
    return new UserClass(source, "", Optional.of(source));
  }

  /** True for a class or a place that holds classes, false for a mere name. */
  static boolean isSource(String text) {
    return text.indexOf('!') >= 0 || text.indexOf('.') >= 0 || exists(text);
  }

  /** The jar or folder that is read, if any. */
  static Optional<Path> file(String source) {
    String location = of(source).location;
    return location.isEmpty() ? Optional.empty() : Optional.of(Path.of(location));
  }

  private static boolean exists(String path) {
    try {
      return Files.exists(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static void require(String location) {
    if (!exists(location)) {
      throw new InputException("there is no jar or folder '" + location + "'");
    }
  }

  /**
   * Makes an object of the class, or has the providers of the jar or folder register theirs.
   *
   * @param kind what is wanted, for errors
   * @throws InputException if there is no such class, or it cannot be used
   */
  void use(String kind, Consumer<ClassLoader> providers, Consumer<Object> made) {
    ClassLoader loader = loader();
    if (className.isPresent()) {
      made.accept(create(loader, className.get()));
      return;
    }
    try {
      providers.accept(loader);
    } catch (ServiceConfigurationError e) {
      throw new InputException("'" + source + "' cannot provide " + kind + ": " + e.getMessage());
    }
  }

  private ClassLoader loader() {
    ClassLoader own = Main.class.getClassLoader();
    try {
      return location.isEmpty()
          ? own
          : new URLClassLoader(new URL[] {Path.of(location).toUri().toURL()}, own);
    } catch (MalformedURLException e) {
      throw new InputException("'" + location + "' cannot be read: " + e.getMessage());
    }
  }

  private Object create(ClassLoader loader, String name) {
    List<String> present = location.isEmpty() ? List.of() : ClassNames.in(Path.of(location));
    try {
      return Class.forName(name, true, loader).getDeclaredConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      String nearest = ClassNames.nearest(name, present);
      throw new InputException(
          "there is no class '"
              + name
              + "'"
              + (nearest.isEmpty()
                  ? "; give its full name, or JAR!CLASS to find it in a jar or folder"
                  : " there; nearest: " + nearest));
    } catch (InvocationTargetException e) {
      throw new InputException("the constructor of " + name + " throws " + e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new InputException(
          name + " needs to be public, with a public constructor without parameters");
    } catch (LinkageError e) {
      throw new InputException("class '" + name + "' cannot be loaded: " + e);
    }
  }
}
