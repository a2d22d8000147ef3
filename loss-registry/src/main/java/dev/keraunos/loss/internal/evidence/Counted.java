package dev.keraunos.loss.internal.evidence;

import dev.keraunos.loss.internal.observe.ScoredBatch;
import dev.keraunos.loss.internal.reduce.Grid;
import dev.keraunos.loss.internal.reduce.Reduction;
import java.util.Optional;

/** Which positions count, by masks and by weights, and what the loss would be without weights. */
public final class Counted {
  private long scores;
  private double sum;
  private long masked;
  private double unmasked;
  private boolean weighted;
  private double weights;
  private long weightCount;
  private long zeros;
  private double coefficients;
  private double coefficientsInBatch;
  private double plain;
  private double plainInBatch;
  private double batches;

  void add(ScoredBatch batch) {
    Reduction.Request request = batch.request();
    int size = batch.scores().size();
    scores += size;
    if (request.mode() == Reduction.Mode.SUM) {
      sum += batch.scores().sum();
    }
    Optional<Grid> mask = request.mask().or(request::valid);
    mask.ifPresent(
        grid -> {
          masked += grid.size();
          unmasked += grid.sum();
        });
    request
        .weight()
        .ifPresent(
            grid -> {
              weighted = true;
              weights += grid.sum();
              weightCount += grid.size();
              zeros += (long) grid.map(w -> w == 0 ? 1 : 0).sum();
            });
    Grid own = batch.coefficients();
    coefficientsInBatch = own.size() == 1 ? own.at(0) * size : own.sum();
    plainInBatch = request.weight().isPresent() ? unweighted(batch) : batch.value();
  }

  private static double unweighted(ScoredBatch batch) {
    Reduction.Request r = batch.request();
    Reduction.Request without =
        new Reduction.Request(
            r.scores(), r.outputRank(), r.mask(), r.valid(), Optional.empty(), r.mode());
    return batch.scores().dotRepeated(batch.reduction().weigh(without).coefficients());
  }

  void endBatch(double weight) {
    coefficients += coefficientsInBatch * weight;
    plain += plainInBatch * weight;
    batches += weight;
  }

  /** How many scores there are. */
  public long scores() {
    return scores;
  }

  /** The mean of the scores of a loss that is their sum. */
  public double mean() {
    return sum / scores;
  }

  /** How many positions a mask speaks of; 0 without one. */
  public long masked() {
    return masked;
  }

  /** How many of these it lets count. */
  public long unmasked() {
    return (long) unmasked;
  }

  /** True if there are sample weights, be they made of class weights. */
  public boolean isWeighted() {
    return weighted;
  }

  public double sumOfWeights() {
    return weights;
  }

  public long weights() {
    return weightCount;
  }

  public long zeros() {
    return zeros;
  }

  /** The sum of what the scores count: 1 if the loss is a mean of what counts. */
  public double coefficients() {
    return coefficients / batches;
  }

  /** The loss of the output without weights. */
  public double unweighted() {
    return plain / batches;
  }
}
