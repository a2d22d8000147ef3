package dev.keraunos.importer.internal.weights;

import java.util.List;

/** How Kerases before 3 stored the arrays of a layer, where they did it otherwise than Keras 3. */
public enum StoredForm {
  /** As Keras 3 does. */
  SAME(0),
  CONV_1D(1),
  CONV_2D(1),
  CONV_3D(1),
  CONV_2D_TRANSPOSE(1),
  SEPARABLE_CONV_2D(0),
  CONV_LSTM_2D(2, 0, 2, 1, 3), // i c f o to i f c o
  LSTM(0, 0, 2, 1, 3),
  GRU(0, 0, 1, 2);

  private final int spatialKernels;
  private final List<Integer> gates;

  /**
   * The form of a layer.
   *
   * @param spatialKernels how many arrays, from the first, are kernels of convolutions, which
   *     Theano flips
   * @param gates the order in which Keras 1 stores the gates, as positions in the order of Keras 3
   */
  StoredForm(int spatialKernels, Integer... gates) {
    this.spatialKernels = spatialKernels;
    this.gates = List.of(gates);
  }

  int spatialKernels() {
    return spatialKernels;
  }

  List<Integer> gates() {
    return gates;
  }
}
