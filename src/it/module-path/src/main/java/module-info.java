/** A user on the module path. */
module example {
  requires dev.keraunos;
}
