package dev.keraunos.engine;

import dev.keraunos.error.KeraunosException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.LoggerFactory;

/**
 * The engines on the class path. Where plain Java runs although nobody chose it, one warning in the
 * log says why, once.
 */
public final class Engines {
  /** The system property that names the engine to use. */
  public static final String PROPERTY = "keraunos.engine";

  /** The name of the engine that runs everywhere. */
  public static final String PLAIN_JAVA = "reference";

  /** Looked up by name too: a fat jar may have lost the service file that lists them. */
  private static final List<String> BY_NAME =
      List.of(
          "dev.keraunos.engine.onednn.internal.OneDnnEngine",
          "dev.keraunos.engine.internal.reference.ReferenceEngine");

  /** What brings each engine that may be absent, in the order of what most want. */
  private static final Map<String, String> BROUGHT_BY = new LinkedHashMap<>();

  static {
    BROUGHT_BY.put("onednn", "dev.keraunos:keraunos-onednn");
    BROUGHT_BY.put("ort", "dev.keraunos:keraunos-ort");
    BROUGHT_BY.put(
        "nd4j",
        "dev.keraunos:keraunos-nd4j and a backend such as org.nd4j:nd4j-native with the classifier"
            + " of your platform");
  }

  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  private Engines() {}

  /** All engines, the preferred first. */
  public static List<Engine> all() {
    ClassLoader loader = Engine.class.getClassLoader();
    List<Engine> engines = new ArrayList<>();
    ServiceLoader.load(Engine.class, loader).forEach(engines::add);
    for (String name : BY_NAME) {
      if (engines.stream().noneMatch(engine -> engine.getClass().getName().equals(name))) {
        byClass(name, loader).ifPresent(engines::add);
      }
    }
    engines.sort(Comparator.comparingInt(Engine::priority).reversed());
    return engines;
  }

  /** The engines that are not on the class path, each with the artifacts that bring it. */
  public static Map<String, String> absent() {
    Map<String, String> absent = new LinkedHashMap<>(BROUGHT_BY);
    all().forEach(engine -> absent.remove(engine.name()));
    return absent;
  }

  private static Optional<Engine> byClass(String name, ClassLoader loader) {
    try {
      Class<?> type = Class.forName(name, true, loader);
      return Optional.of(type.asSubclass(Engine.class).getDeclaredConstructor().newInstance());
    } catch (ReflectiveOperationException | LinkageError e) {
      return Optional.empty();
    }
  }

  /** The engine that {@link #PROPERTY} names, else the preferred one of those that can run here. */
  public static Engine preferred() {
    String name = System.getProperty(PROPERTY);
    return name != null ? named(name) : preferred(all());
  }

  static Engine preferred(List<Engine> engines) {
    Engine preferred = available(engines);
    if (isPlainJava(preferred)) {
      warn(reasons(engines));
    }
    return preferred;
  }

  /**
   * The same engine, unless that is plain Java.
   *
   * @throws KeraunosException if it is, with the reason
   */
  public static Engine preferredNative() {
    String name = System.getProperty(PROPERTY);
    return name != null ? preferredNative(List.of(named(name))) : preferredNative(all());
  }

  static Engine preferredNative(List<Engine> engines) {
    Engine preferred = available(engines);
    if (isPlainJava(preferred)) {
      throw new KeraunosException(
          "a native engine is required, only plain Java can run here: " + reasons(engines));
    }
    return preferred;
  }

  private static Engine available(List<Engine> engines) {
    return engines.stream()
        .filter(engine -> engine.unavailable().isEmpty())
        .findFirst()
        .orElseThrow(() -> new KeraunosException("no engine on the class path can run here"));
  }

  private static boolean isPlainJava(Engine engine) {
    return engine.name().equals(PLAIN_JAVA);
  }

  /** Why none of those that would be preferred to plain Java runs. */
  private static String reasons(List<Engine> engines) {
    List<String> reasons = new ArrayList<>();
    engines.stream()
        .takeWhile(engine -> !isPlainJava(engine))
        .forEach(engine -> engine.unavailable().ifPresent(reasons::add));
    if (!reasons.isEmpty()) {
      return String.join("; ", reasons);
    }
    String chosen = System.getProperty(PROPERTY);
    return chosen != null
        ? "the system property " + PROPERTY + " chooses '" + chosen + "'"
        : "no native engine is on the class path; add " + BROUGHT_BY.get("onednn");
  }

  private static void warn(String reasons) {
    if (WARNED.add(reasons)) {
      LoggerFactory.getLogger(Engines.class)
          .warn(
              "models run in plain Java, many times slower: {} (-D{}={} says that this is meant)",
              reasons,
              PROPERTY,
              PLAIN_JAVA);
    }
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
    String remedy = BROUGHT_BY.containsKey(name) ? "; add " + BROUGHT_BY.get(name) : "";
    throw new KeraunosException(
        "there is no engine '" + name + "' on the class path; there are " + names + remedy);
  }
}
