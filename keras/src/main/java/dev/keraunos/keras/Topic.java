package dev.keraunos.keras;

/** What a quirk is about. */
enum Topic {
  TARGETS_AND_PREDICTIONS("Targets and predictions"),
  LOSSES("Losses"),
  METRICS("Metrics"),
  REDUCTION_AND_WEIGHTS("Reduction and weights"),
  CLASS_WEIGHTS_IN_TRAINING("Class weights in training"),
  SEVERAL_OUTPUTS_AND_BATCHES("Several outputs and batches"),
  NAMES_OF_METRICS("Names of metrics"),
  PENALTIES("Penalties"),
  LAYERS("Layers"),
  MASKS_IN_LAYERS("Masks in layers"),
  FILES("Files");

  private final String title;

  Topic(String title) {
    this.title = title;
  }

  @Override
  public String toString() {
    return title;
  }
}
