package dev.keraunos.engine.onednn.internal.step;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Packs scratch places into one block: places alive at the same step never overlap. */
public final class Arena {
  private static final long ALIGNMENT = 64;

  private record Lifetime(Place.Scratch place, int from, int to) {
    boolean overlaps(Lifetime other) {
      return from <= other.to && other.from <= to;
    }

    long end() {
      return place.offset() + place.bytes();
    }
  }

  private Arena() {}

  /**
   * Sets the offsets of all scratch places.
   *
   * @param used the places that each step touches
   * @return the size of the block in bytes
   */
  public static long layOut(List<? extends Collection<Place>> used) {
    Map<Place.Scratch, Lifetime> lifetimes = new LinkedHashMap<>();
    for (int step = 0; step < used.size(); step++) {
      for (Place place : used.get(step)) {
        if (place instanceof Place.Scratch scratch) {
          int now = step;
          lifetimes.merge(
              scratch,
              new Lifetime(scratch, now, now),
              (before, fresh) -> new Lifetime(scratch, before.from(), now));
        }
      }
    }
    List<Lifetime> largestFirst = new ArrayList<>(lifetimes.values());
    largestFirst.sort(Comparator.comparingLong((Lifetime l) -> l.place().bytes()).reversed());
    List<Lifetime> placed = new ArrayList<>();
    long size = 0;
    for (Lifetime next : largestFirst) {
      next.place().moveTo(gap(next, placed));
      placed.add(next);
      size = Math.max(size, next.end());
    }
    return size;
  }

  /** The lowest offset at which a place overlaps none of those alive at the same time. */
  private static long gap(Lifetime next, List<Lifetime> placed) {
    long offset = 0;
    List<Lifetime> neighbours = new ArrayList<>();
    for (Lifetime other : placed) {
      if (other.overlaps(next)) {
        neighbours.add(other);
      }
    }
    neighbours.sort(Comparator.comparingLong(l -> l.place().offset()));
    for (Lifetime other : neighbours) {
      if (offset + next.place().bytes() <= other.place().offset()) {
        break;
      }
      offset = Math.max(offset, align(other.end()));
    }
    return offset;
  }

  private static long align(long offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
