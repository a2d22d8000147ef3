package dev.keraunos.graph.internal.pass;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Orders of axes, as {@link Op.Transpose} takes them. */
final class Permutations {
  private Permutations() {}

  static boolean isIdentity(List<Integer> permutation) {
    return IntStream.range(0, permutation.size()).allMatch(i -> permutation.get(i) == i);
  }

  static List<Integer> inverse(List<Integer> permutation) {
    Integer[] inverse = new Integer[permutation.size()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[permutation.get(i)] = i;
    }
    return Arrays.asList(inverse);
  }

  /** True if the axes that may be longer than 1 keep their order. */
  static boolean movesOnlyOnes(List<Integer> permutation, Shape shape) {
    List<Integer> long_ = permutation.stream().filter(axis -> shape.dim(axis) != 1).toList();
    return IntStream.range(1, long_.size()).allMatch(i -> long_.get(i - 1) < long_.get(i));
  }

  /** A transposition of which {@link #movesOnlyOnes} is true, as a reshape. */
  static Op.Reshape reshape(Value x, List<Integer> permutation) {
    List<Dim> dims = new ArrayList<>();
    for (int axis : permutation) {
      long dim = x.shape().dim(axis);
      dims.add(dim < 0 ? new Dim.Same(0, axis) : new Dim.Fixed(dim));
    }
    return new Op.Reshape(dims);
  }

  /** Where axes go. */
  static List<Integer> moved(List<Integer> axes, List<Integer> permutation) {
    return axes.stream().map(permutation::get).sorted().toList();
  }
}
