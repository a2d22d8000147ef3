package dev.keraunos.engine;

import dev.keraunos.error.KeraunosException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The engines on the class path. */
public final class Engines {
  /** The system property that names the engine to use. */
  public static final String PROPERTY = "keraunos.engine";

  private Engines() {}

  /** All engines, the preferred first. */
  public static List<Engine> all() {
    List<Engine> engines = new ArrayList<>();
    ServiceLoader.load(Engine.class, Engine.class.getClassLoader()).forEach(engines::add);
    engines.sort(Comparator.comparingInt(Engine::priority).reversed());
    return engines;
  }

  /** The engine that {@link #PROPERTY} names, else the preferred one of those that can run here. */
  public static Engine preferred() {
    String name = System.getProperty(PROPERTY);
    if (name != null) {
      return named(name);
    }
    return all().stream()
        .filter(engine -> engine.unavailable().isEmpty())
        .findFirst()
        .orElseThrow(() -> new KeraunosException("no engine on the class path can run here"));
  }

  /**
   * The engine of a name.
   *
   * @throws KeraunosException if there is none, or it cannot run here
   */
  public static Engine named(String name) {
    List<String> names = new ArrayList<>();
    for (Engine engine : all()) {
      if (engine.name().equals(name)) {
        engine
            .unavailable()
            .ifPresent(
                reason -> {
                  throw new KeraunosException("engine '" + name + "' cannot run here: " + reason);
                });
        return engine;
      }
      names.add(engine.name());
    }
    throw new KeraunosException("there is no engine '" + name + "'; there are " + names);
  }
}
