package dev.keraunos.hdf5.internal.group;

import dev.keraunos.hdf5.Hdf5Exception;
import dev.keraunos.hdf5.Hdf5Exception.Kind;

/**
 * What a name in a group stands for.
 *
 * @param address of an object of the file; of no meaning where the link leads elsewhere
 * @param elsewhere the kind of a link that is not followed, such as {@code soft}; empty for a hard
 *     one
 */
public record Link(long address, String elsewhere) {
  static Link to(long address) {
    return new Link(address, "");
  }

  static Link elsewhere(String kind) {
    return new Link(0, kind);
  }

  /**
   * Lets hard links pass.
   *
   * @throws Hdf5Exception if this one leads elsewhere
   */
  public void requireHard(String name) {
    if (!elsewhere.isEmpty()) {
      throw new Hdf5Exception(
          Kind.LINK,
          "",
          (elsewhere.equals("external") ? "an " : "a ") + elsewhere + " link '" + name + "'",
          "hard links only: others may lead to files of your machine",
          "");
    }
  }
}
