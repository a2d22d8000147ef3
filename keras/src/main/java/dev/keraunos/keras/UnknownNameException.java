package dev.keraunos.keras;

import dev.keraunos.error.KeraunosException;
import java.util.List;

/** A saved model names a loss, metric or regulariser that the registry does not hold. */
public final class UnknownNameException extends KeraunosException {
  private static final long serialVersionUID = 1L;

  private final String kind;
  private final String name;
  private final String config;
  private final transient List<String> nearest;

  /**
   * A name that a file has and a registry lacks.
   *
   * @param stub Java that registers it
   */
  public UnknownNameException(
      String kind, String name, String config, List<String> nearest, String stub) {
    super(
        kind
            + " '"
            + name
            + "' is not registered, its saved config is "
            + config
            + "; nearest names: "
            + String.join(", ", nearest)
            + ". Predicting works without it. Register it, on the command line by --loss '"
            + name
            + "=JAR!CLASS', in code by:\n"
            + stub);
    this.kind = kind;
    this.name = name;
    this.config = config;
    this.nearest = List.copyOf(nearest);
  }

  /** {@code loss}, {@code metric} or {@code regularizer}. */
  public String kind() {
    return kind;
  }

  /** The name in the file. */
  public String name() {
    return name;
  }

  /** The settings in the file, as JSON. */
  public String config() {
    return config;
  }

  /** Registered names that resemble it, the closest first. */
  public List<String> nearest() {
    return nearest;
  }
}
