package dev.keraunos.graph;

import dev.keraunos.error.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Einstein's summation over one or two operands, as transposes around one matrix product. Each
 * label is one character; the axes of an ellipsis get labels of their own.
 */
final class Einsum {
  private static final char FIRST_OF_ELLIPSIS = '\u2460';

  private final String output;
  private String left;
  private String right;
  private Value x;
  private Value y;

  private Einsum(String left, Value x, String right, Value y, String output) {
    this.left = left;
    this.x = x;
    this.right = right;
    this.y = y;
    this.output = output;
  }

  static Value apply(String subscripts, List<Value> operands) {
    String[] sides = subscripts.replace(" ", "").split("->", -1);
    String[] terms = sides[0].split(",", -1);
    if (sides.length != 2 || terms.length != operands.size() || terms.length > 2) {
      throw new InputException(
          "einsum '"
              + subscripts
              + "' of "
              + operands.size()
              + " operands; allowed are one or two operands and an explicit output, as"
              + " 'ab,bc->ac'");
    }
    int hidden = 0;
    for (int i = 0; i < terms.length; i++) {
      hidden = Math.max(hidden, operands.get(i).rank() - terms[i].replace("...", "").length());
      terms[i] = expand(terms[i], operands.get(i).rank() - terms[i].replace("...", "").length());
    }
    String output = expand(sides[1], hidden);
    for (int i = 0; i < terms.length; i++) {
      require(terms[i], operands.get(i), subscripts);
    }
    Value x = operands.get(0);
    if (terms.length == 1) {
      String kept = keep(terms[0], output);
      return permute(sumOut(x, terms[0], output), kept, output);
    }
    return new Einsum(terms[0], x, terms[1], operands.get(1), output).product();
  }

  /** The ellipsis as labels, the last of which are shared by operands of different rank. */
  private static String expand(String term, int hidden) {
    StringBuilder labels = new StringBuilder();
    for (int i = Math.max(hidden, 0); i > 0; i--) {
      labels.append((char) (FIRST_OF_ELLIPSIS + i));
    }
    return term.replace("...", labels);
  }

  private static void require(String term, Value operand, String subscripts) {
    boolean distinct = term.chars().distinct().count() == term.length();
    if (!distinct || term.length() != operand.rank()) {
      throw new InputException(
          "einsum '" + subscripts + "' does not fit the shape " + operand.shape());
    }
  }

  private Value product() {
    x = sumOut(x, left, right + output);
    left = keep(left, right + output);
    y = sumOut(y, right, left + output);
    right = keep(right, left + output);
    String batch = keep(keep(left, right), output);
    String inner = drop(keep(left, right), output);
    String rows = drop(left, right);
    String columns = drop(right, left);
    Value a = permute(x, left, batch + rows + inner);
    Value b = permute(y, right, batch + inner + columns);
    int axes = batch.length();
    Value product =
        Ops.matmul(
            merge(a, axes, rows.length(), inner.length()),
            merge(b, axes, inner.length(), columns.length()));
    List<Dim> dims = new ArrayList<>(Dim.of(a, 1).subList(0, axes + rows.length()));
    dims.addAll(Dim.of(b, 2).subList(axes + inner.length(), b.rank()));
    Value shaped =
        rows.length() == 1 && columns.length() == 1 ? product : Ops.reshape(product, dims, a, b);
    return permute(shaped, batch + rows + columns, output);
  }

  /** (batch..., first axes, second axes) with each group merged into one axis. */
  private static Value merge(Value value, int batch, int first, int second) {
    if (first == 1 && second == 1) {
      return value;
    }
    List<Dim> all = Dim.of(value, 0);
    List<Dim> dims = new ArrayList<>(all.subList(0, batch));
    dims.add(merged(all.subList(batch, batch + first)));
    dims.add(merged(all.subList(batch + first, batch + first + second)));
    return Ops.reshape(value, dims);
  }

  private static Dim merged(List<Dim> dims) {
    if (dims.size() == 1) {
      return dims.get(0);
    }
    long size = 1;
    for (Dim dim : dims) {
      if (!(dim instanceof Dim.Fixed fixed)) {
        return new Dim.Inferred();
      }
      size *= fixed.size();
    }
    return new Dim.Fixed(size);
  }

  private static Value sumOut(Value value, String labels, String kept) {
    int[] axes =
        IntStream.range(0, labels.length())
            .filter(i -> kept.indexOf(labels.charAt(i)) < 0)
            .toArray();
    return axes.length == 0 ? value : Ops.sum(value, axes);
  }

  private static Value permute(Value value, String labels, String order) {
    return Ops.transpose(value, order.chars().map(labels::indexOf).toArray());
  }

  private static String keep(String labels, String others) {
    return filter(labels, others, true);
  }

  private static String drop(String labels, String others) {
    return filter(labels, others, false);
  }

  private static String filter(String labels, String others, boolean present) {
    StringBuilder kept = new StringBuilder();
    for (char label : labels.toCharArray()) {
      if (others.indexOf(label) >= 0 == present) {
        kept.append(label);
      }
    }
    return kept.toString();
  }
}
