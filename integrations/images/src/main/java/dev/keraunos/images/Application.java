package dev.keraunos.images;

/**
 * The families of {@code keras.applications} (3.15.1), each of which prepares its pixels in one of
 * four ways; see {@link Picture#preprocess}.
 */
public enum Application {
  /** Does nothing: the model rescales. */
  CONVNEXT(Mode.NONE),
  /** To the mean and deviation of ImageNet, as PyTorch does. */
  DENSENET(Mode.TORCH),
  /** Does nothing: the model rescales. */
  EFFICIENTNET(Mode.NONE),
  /** Does nothing: the model rescales, unless made with {@code include_preprocessing=False}. */
  EFFICIENTNET_V2(Mode.NONE),
  /** To −1..1. */
  INCEPTION_RESNET_V2(Mode.TF),
  /** To −1..1. */
  INCEPTION_V3(Mode.TF),
  /** To −1..1. */
  MOBILENET(Mode.TF),
  /** To −1..1. */
  MOBILENET_V2(Mode.TF),
  /** Does nothing: the model rescales, unless made with {@code include_preprocessing=False}. */
  MOBILENET_V3(Mode.NONE),
  /** To −1..1. */
  NASNET(Mode.TF),
  /** Also {@code resnet50}. */
  RESNET(Mode.CAFFE),
  /** To −1..1. */
  RESNET_V2(Mode.TF),
  /** Blue first, less the mean of ImageNet, as Caffe does. */
  VGG16(Mode.CAFFE),
  /** Blue first, less the mean of ImageNet, as Caffe does. */
  VGG19(Mode.CAFFE),
  /** To −1..1. */
  XCEPTION(Mode.TF);

  /** {@code mode} of {@code keras.applications.imagenet_utils.preprocess_input}. */
  enum Mode {
    NONE,
    TF,
    TORCH,
    CAFFE
  }

  private final Mode mode;

  Application(Mode mode) {
    this.mode = mode;
  }

  Mode mode() {
    return mode;
  }
}
