package dev.keraunos.loss.evaluate;

/** A weighted mean of numbers that arrive one by one. */
final class RunningMean {
  private double total;
  private double weight;

  void add(double value, double by) {
    total += value * by;
    weight += by;
  }

  double weight() {
    return weight;
  }

  double result() {
    return total / weight;
  }
}
