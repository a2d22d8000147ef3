package dev.keraunos.loss;

/** Something {@code evaluate} reports beside the loss. */
public sealed interface Metric permits MetricFunction, StatefulMetric {}
