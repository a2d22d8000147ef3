package dev.keraunos.importer.internal.topology;

/**
 * A tensor inside a model: output {@code tensor} of call {@code call} of a layer.
 *
 * @param layer the layer's name in its model
 * @param call which call of the layer, from 0 on, nested models included
 * @param tensor index into the call's outputs, flattened
 */
public record TensorRef(String layer, int call, int tensor) implements Argument {
  @Override
  public String toString() {
    return layer + "[" + call + "]:" + tensor;
  }
}
