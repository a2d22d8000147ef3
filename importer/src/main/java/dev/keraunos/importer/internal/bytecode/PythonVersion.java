package dev.keraunos.importer.internal.bytecode;

/** The versions of Python whose bytecode is known. */
enum PythonVersion {
  V3_6(false, false),
  V3_7(false, false),
  V3_8(true, false),
  V3_9(true, false),
  V3_10(true, false),
  V3_11(true, true),
  V3_12(true, true),
  V3_13(true, true);

  private final boolean positionalOnly;
  private final boolean localsPlus;

  PythonVersion(boolean positionalOnly, boolean localsPlus) {
    this.positionalOnly = positionalOnly;
    this.localsPlus = localsPlus;
  }

  /** Whether a code object counts parameters that have no keyword. */
  boolean countsPositionalOnly() {
    return positionalOnly;
  }

  /** Whether all variables stand in one list, with their kinds. */
  boolean hasLocalsPlus() {
    return localsPlus;
  }

  boolean isFrom(PythonVersion other) {
    return compareTo(other) >= 0;
  }

  @Override
  public String toString() {
    return "Python " + name().substring(1).replace('_', '.');
  }
}
