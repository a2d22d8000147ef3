package dev.keraunos.keras;

/** The code bases that write Keras models, in the order in which they came. */
enum Line {
  KERAS_1("Keras 1"),
  /** Multi-backend Keras 2.0 to 2.3. */
  KERAS_2("Keras 2"),
  /** Keras inside TensorFlow 1, and inside TensorFlow 2 without eager execution. */
  GRAPH("tf.keras, graph mode"),
  /** Keras inside TensorFlow 2 and its successor, the tf_keras package. */
  TF_KERAS("tf.keras, tf_keras"),
  KERAS_3("Keras 3");

  private final String title;

  Line(String title) {
    this.title = title;
  }

  @Override
  public String toString() {
    return title;
  }
}
