package dev.keraunos.engine.onednn.internal.library;

import org.bytedeco.javacpp.Pointer;

/** A native address that keeps no hold of the memory it points to. */
public final class Address extends Pointer {
  public Address(long address) {
    set(address);
  }

  public void set(long newAddress) {
    this.address = newAddress;
  }
}
