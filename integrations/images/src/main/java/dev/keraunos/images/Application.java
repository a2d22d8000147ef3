package dev.keraunos.images;

/**
 * The families of {@code keras.applications} (3.15.1), each of which prepares its pixels in one of
 * four ways; see {@link Picture#preprocess}.
 */
public enum Application {
  /** Does nothing: the model rescales. */
  CONVNEXT(Mode.NONE),
  DENSENET(Mode.TORCH),
  /** Does nothing: the model rescales. */
  EFFICIENTNET(Mode.NONE),
  /** Does nothing: the model rescales, unless made with {@code include_preprocessing=False}. */
  EFFICIENTNET_V2(Mode.NONE),
  INCEPTION_RESNET_V2(Mode.TF),
  INCEPTION_V3(Mode.TF),
  MOBILENET(Mode.TF),
  MOBILENET_V2(Mode.TF),
  /** Does nothing: the model rescales, unless made with {@code include_preprocessing=False}. */
  MOBILENET_V3(Mode.NONE),
  NASNET(Mode.TF),
  /** Also {@code resnet50}. */
  RESNET(Mode.CAFFE),
  RESNET_V2(Mode.TF),
  VGG16(Mode.CAFFE),
  VGG19(Mode.CAFFE),
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
