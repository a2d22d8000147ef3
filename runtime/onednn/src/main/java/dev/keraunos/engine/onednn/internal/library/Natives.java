package dev.keraunos.engine.onednn.internal.library;

import java.util.ArrayDeque;
import java.util.Deque;

/** Native objects of one owner, destroyed together, the youngest first. Not thread-safe. */
public final class Natives implements AutoCloseable {
  private final Deque<Runnable> destroyers = new ArrayDeque<>();

  /** Takes ownership of an object that the action destroys. */
  public <T> T own(T object, Runnable destroyer) {
    destroyers.push(destroyer);
    return object;
  }

  @Override
  public void close() {
    while (!destroyers.isEmpty()) {
      destroyers.pop().run();
    }
  }
}
