package dev.keraunos.importer.layers;

import dev.keraunos.error.KeraunosException;
import java.util.List;
import java.util.stream.Collectors;

/** A model holds layers or settings that Keraunos does not compute. All of them are listed. */
public final class UnsupportedModelException extends KeraunosException {
  private static final long serialVersionUID = 1L;

  private final transient List<Gap> gaps;

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
