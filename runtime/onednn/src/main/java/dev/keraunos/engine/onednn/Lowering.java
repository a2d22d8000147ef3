package dev.keraunos.engine.onednn;

import java.util.List;
import java.util.Optional;

/** How one kind of operation becomes primitives. */
interface Lowering {
  /**
   * The steps that compute a group.
   *
   * @return empty if no primitive computes the group as it is
   */
  Optional<List<Step>> lower(Group group, Planner plan);
}
