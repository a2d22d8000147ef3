package dev.keraunos.loss;

/**
 * Ranges of Keras versions within which losses, metrics and their averages follow the same rules.
 */
public enum Profile {
  /** 1.0.0 to 1.1.2: weighted objective, no regularisers in evaluate. */
  P10,
  /** 1.2: as {@link #P10}, with regularisers. */
  P12,
  /** 2.0.0 to 2.0.6: metrics see the mask. */
  P20,
  /** 2.0.7 to 2.2.4: weighted metrics. */
  P21,
  /** 2.2.5: the mean of the mask has an epsilon. */
  P225,
  /**
   * Keras inside TensorFlow 1.9 to 1.12 (2.1.5-tf, 2.1.6-tf): divides by the sum of the weights.
   */
  T112,
  /** 2.3: loss classes; the mask multiplies the weights and nothing is divided by it. */
  P23,
  /**
   * Keras inside TensorFlow 1.14 and 1.15 (2.2.4-tf), and graph mode inside TensorFlow 2, of which
   * no file says so: it must be asked for.
   */
  TV1,
  /**
   * Keras inside TensorFlow 1.13 (2.2.4-tf too): losses but the squared error are {@link #T112}.
   */
  T113,
  /** Keras inside TensorFlow 2 up to 2.9. */
  T26,
  /** 2.10: divides by the valid positions of {@code ignore_class}. */
  T210,
  /** 2.11 to 2.15 and tf_keras: divides by the valid positions of every mask. */
  T211,
  /** 3.0 and 3.1: batches count equally, whatever their size. */
  K30,
  /** 3.2 to 3.4: batches count by size. */
  K32,
  /** 3.5 and 3.6: losses per output, multiplied by their weight. */
  K35,
  /** 3.7 to 3.11: losses per output as they are; reduction over sample weights. */
  K37,
  /** 3.12: masks reach metrics. */
  K312,
  /** 3.13: no epsilon in the mask's divisor. */
  K313,
  /** 3.14: activity regularisers are divided by the batch size. */
  K314,
  /** 3.15: masks select instead of multiplying. */
  K315;

  /** True if this profile comes with or after another; {@link #TV1} stands before {@link #T26}. */
  public boolean isAtLeast(Profile other) {
    return compareTo(other) >= 0;
  }

  static Profile of(KerasVersion version) {
    switch (version.line()) {
      case KERAS_1:
        return version.isAtLeast(1, 2) ? P12 : P10;
      case KERAS_2:
        return multiBackend(version);
      case TF_KERAS:
        return tensorFlow(version);
      default:
        return keras3(version);
    }
  }

  private static Profile multiBackend(KerasVersion version) {
    if (version.isAtLeast(2, 3)) {
      return P23;
    }
    return version.isAtLeast(2, 2, 5) ? P225 : version.isAtLeast(2, 0, 7) ? P21 : P20;
  }

  private static Profile tensorFlow(KerasVersion version) {
    if (!version.isAtLeast(2, 3)) {
      return version.isAtLeast(2, 2) ? TV1 : T112;
    }
    return version.isAtLeast(2, 11) ? T211 : version.isAtLeast(2, 10) ? T210 : T26;
  }

  private static Profile keras3(KerasVersion version) {
    int[] first = {0, 2, 5, 7, 12, 13, 14, 15};
    Profile profile = K30;
    for (int i = 0; i < first.length; i++) {
      profile = version.isAtLeast(3, first[i]) ? values()[K30.ordinal() + i] : profile;
    }
    return profile;
  }
}
