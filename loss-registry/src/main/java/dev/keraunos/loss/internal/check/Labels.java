package dev.keraunos.loss.internal.check;

/** Cases as people call them. */
final class Labels {
  private Labels() {}

  /** {@code predictions_0_1} is "predictions 0 1"; all samples are "the whole batch". */
  static String of(LossRecording.Case recorded) {
    return recorded.kind() == LossRecording.Kind.WHOLE
        ? "the whole batch"
        : recorded.name().replace('_', ' ');
  }
}
