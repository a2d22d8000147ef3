package dev.keraunos.engine.onednn;

import org.bytedeco.javacpp.Pointer;

/** A native address that keeps no hold of the memory it points to. */
final class Address extends Pointer {
  Address(long address) {
    set(address);
  }

  void set(long newAddress) {
    this.address = newAddress;
  }
}
