package dev.keraunos.importer.layers;

import dev.keraunos.error.KeraunosException;
import java.util.List;
import java.util.stream.Collectors;

/** A model holds layers or settings that Keraunos does not compute. All of them are listed. */
public final class UnsupportedModelException extends KeraunosException {
  private static final long serialVersionUID = 1L;

  private final transient List<Gap> gaps;

  /**
   * Something in a model that cannot be lowered.
   *
   * @param path the layer's path in the model
   * @param className its class
   * @param problem what was found, what is allowed and what to do
   */
  public record Gap(String path, String className, String problem) {
    @Override
    public String toString() {
      return path + " (" + className + "): " + problem;
    }
  }

  /** What is missing, of which there is at least one. */
  public UnsupportedModelException(List<Gap> gaps) {
    super(
        gaps.size()
            + (gaps.size() == 1 ? " part of the model is" : " parts of the model are")
            + " not supported:\n"
            + gaps.stream().map(gap -> "  " + gap).collect(Collectors.joining("\n")));
    this.gaps = List.copyOf(gaps);
  }

  /** Every gap, in model order. */
  public List<Gap> gaps() {
    return gaps;
  }
}
