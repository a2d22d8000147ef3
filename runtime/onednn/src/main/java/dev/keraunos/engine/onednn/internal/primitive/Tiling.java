package dev.keraunos.engine.onednn.internal.primitive;

import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Cuts work into tiles. How depends on the work alone, so that results do not depend on threads.
 */
public final class Tiling {
  /** Fewer operations than this are not worth another tile. */
  public static final double TILE_OPERATIONS = 4e6;

  /** An element that passes through memory costs as much as this many multiplications and sums. */
  public static final double MOVED_ELEMENT = 32;

  private static final int MOST_TILES = 16;

  /** Some entries of an axis. */
  public record Range(long from, long to) {
    public long length() {
      return to - from;
    }
  }

  /** Work along an axis of which every range can be done on its own. */
  public interface Work {
    /** Ranges of equal keys share a primitive; those of equal length unless work knows better. */
    default Object key(Range range) {
      return range.length();
    }

    /** The primitive for a range, if oneDNN has it. */
    Optional<Call> call(Range range);

    /** The arguments for a range. */
    List<Step.Arg> args(Range range);
  }

  private Tiling() {}

  /** An axis of this length cut into parts of almost equal length. */
  public static List<Range> cut(long length, double operations) {
    return parts(length, tiles(operations));
  }

  private static long tiles(double operations) {
    return Math.max(1, Math.min(MOST_TILES, (long) (operations / TILE_OPERATIONS)));
  }

  /** An axis of this length cut into so many parts of almost equal length, at least one. */
  public static List<Range> parts(long length, long count) {
    long tiles = Math.max(1, Math.min(length, count));
    List<Range> ranges = new ArrayList<>();
    for (long i = 0; i < tiles; i++) {
      ranges.add(new Range(i * length / tiles, (i + 1) * length / tiles));
    }
    return ranges;
  }

  /** A matrix cut into blocks. */
  public record Grid(List<Range> rows, List<Range> columns) {}

  /**
   * Blocks of rows and columns that are as nearly square as they can be, so that few elements are
   * read for each that is computed.
   *
   * @param vector columns that are computed together, between which none are cut
   * @param mostRows in a block
   */
  public static Grid grid(long rows, long columns, double operations, int vector, long mostRows) {
    long vectors = (columns + vector - 1) / vector;
    long down = 1;
    long across = 1;
    while (down * across * 2 <= tiles(operations)) {
      boolean wide = columns / across > rows / down && across * 2 <= vectors;
      if (!wide && down * 2 > rows) {
        break;
      }
      across *= wide ? 2 : 1;
      down *= wide ? 1 : 2;
    }
    List<Range> cut = new ArrayList<>();
    for (Range range : parts(vectors, across)) {
      cut.add(new Range(range.from * vector, Math.min(columns, range.to * vector)));
    }
    return new Grid(parts(rows, Math.max(down, (rows + mostRows - 1) / mostRows)), cut);
  }

  /** One tile per range, if oneDNN has the primitives. */
  public static Optional<Step> tile(List<Node> nodes, List<Range> ranges, Work work) {
    Map<Object, Call> calls = new HashMap<>();
    List<Step.Tile> tiles = new ArrayList<>();
    for (Range range : ranges) {
      Object key = work.key(range);
      if (!calls.containsKey(key)) {
        Optional<Call> call = work.call(range);
        if (call.isEmpty()) {
          return Optional.empty();
        }
        calls.put(key, call.get());
      }
      tiles.add(calls.get(key).tile(work.args(range)));
    }
    return Optional.of(new Step.Native(nodes, tiles));
  }
}
