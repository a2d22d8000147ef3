package dev.keraunos.loss.internal.reduce;

/** A weighted mean of numbers that arrive one by one. */
public final class RunningMean {
  private double total;
  private double weight;

  public void add(double value, double by) {
    total += value * by;
    weight += by;
  }

  public double weight() {
    return weight;
  }

  public double result() {
    return total / weight;
  }
}
