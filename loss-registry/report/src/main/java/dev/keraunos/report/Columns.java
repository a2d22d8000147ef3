package dev.keraunos.report;

import dev.keraunos.report.internal.Html;

/** What the columns of the tables mean, said below them. */
final class Columns {
  static final Html OF_CLASSES =
      Html.of(
          "<details><summary>What the columns mean</summary><dl><dt>share</dt><dd>the part of the"
              + " loss that positions of this class add</dd><dt>IoU, recall</dt><dd>how well the"
              + " class is found: beside a small share a low one is a class that the loss does not"
              + " see</dd><dt>by true class</dt><dd>what its positions add, whatever is predicted"
              + " there</dd><dt>mean score</dt><dd>the mean loss of its positions, before"
              + " weights</dd><dt>by channel</dt><dd>what this channel of the prediction adds at"
              + " all positions, false alarms included</dd><dt>loss if all right, if all"
              + " wrong</dt><dd>the whole loss if its positions scored as those of it that are"
              + " right, or wrong, do now</dd><dt>weight to count alike</dt><dd>what to multiply"
              + " its positions by so that every class counts as much</dd></dl></details>");

  static final Html OF_CHANNELS =
      Html.of(
          "<details><summary>What the columns mean</summary><dl><dt>share, adds</dt><dd>the part of"
              + " the loss that this channel makes</dd><dt>mean loss</dt><dd>of its own elements,"
              + " before weights outside the loss</dd><dt>of the best constant</dt><dd>the mean"
              + " loss if one number were always predicted: a larger mean loss has learnt"
              + " nothing</dd><dt>targets vary by</dt><dd>the standard deviation of its"
              + " targets</dd></dl></details>");

  static final Html OF_FOUND =
      Html.of(
          "<details><summary>What the columns mean</summary><dl><dt>recall</dt><dd>the part of its"
              + " positions that is predicted to be of it</dd><dt>precision</dt><dd>the part of the"
              + " positions predicted to be of it that are</dd><dt>IoU</dt><dd>the positions that"
              + " are of it and predicted to be, of those that are either</dd><dt>taken"
              + " for</dt><dd>the classes that its other positions are predicted to be, with the"
              + " part of its positions that is</dd></dl></details>");

  private Columns() {}
}
