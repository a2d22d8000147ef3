package dev.keraunos;

import dev.keraunos.error.InputException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Samples that come in parts of any size, in batches of one size. A batch is valid until the next
 * one is asked for; the parts it came from are closed then.
 */
final class Batches implements Iterator<Dataset>, AutoCloseable {
  private final Iterator<Dataset> parts;
  private final KerasModel model;
  private final int size;
  private final boolean owns;
  private final List<Dataset> used = new ArrayList<>();
  private Dataset part;
  private long from;

  /** Batches of parts that are closed once they are used up. */
  Batches(KerasModel model, Iterator<Dataset> parts, int size) {
    this(model, parts, size, true);
  }

  private Batches(KerasModel model, Iterator<Dataset> parts, int size, boolean owns) {
    this.model = model;
    this.owns = owns;
    if (size < 1) {
      throw new InputException("the batch size must be at least 1, not " + size);
    }
    this.parts = parts;
    this.size = size;
  }

  /** Batches of data that stays the caller's. */
  static Batches of(KerasModel model, Dataset data, int size) {
    if (data == null) {
      throw new InputException("given is null; allowed: a Dataset");
    }
    return new Batches(model, List.of(data).iterator(), size, false);
  }

  @Override
  public boolean hasNext() {
    while ((part == null || from == part.samples()) && parts.hasNext()) {
      Dataset next = parts.next().named(model);
      if (part != null) {
        used.add(part);
        part.requireLike(next);
      }
      part = next;
      from = 0;
    }
    return part != null && from < part.samples();
  }

  @Override
  public Dataset next() {
    used.forEach(Dataset::release);
    used.clear();
    List<Dataset> gathered = new ArrayList<>();
    for (long missing = size; missing > 0 && hasNext(); ) {
      long n = Math.min(missing, part.samples() - from);
      gathered.add(part.rows(from, from + n));
      from += n;
      missing -= n;
    }
    if (gathered.isEmpty()) {
      throw new NoSuchElementException();
    }
    if (gathered.size() == 1) {
      return gathered.get(0);
    }
    Dataset batch = Dataset.concatenate(gathered);
    used.add(batch);
    return batch;
  }

  @Override
  public void close() {
    used.forEach(Dataset::release);
    if (part != null && owns) {
      part.release();
    }
  }
}
