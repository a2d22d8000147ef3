package dev.keraunos.importer.internal.feature;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.TensorType;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Rows of tokens, which need not be of one length, to what a layer of text gives of them. */
final class TokenRows {
  private final TokenTable table;
  private final Tokenizer tokenizer;

  TokenRows(TokenTable table, Tokenizer tokenizer) {
    this.table = table;
    this.tokenizer = tokenizer;
  }

  /**
   * The indices of each row on a last axis, filled up with 0.
   *
   * @param length of every row; negative for that of the longest
   */
  Op.Call.Function padded(long length) {
    return new Op.Call.Function() {
      @Override
      public TensorType type(List<TensorType> in) {
        Shape rows = tokenizer.rows(in.get(0).shape());
        long kept = length < 0 ? tokenizer.length(in.get(0).shape()) : length;
        return new TensorType(DType.INT64, rows.concat(Shape.of(kept < 0 ? Shape.UNKNOWN : kept)));
      }

      @Override
      public Tensor apply(List<Tensor> in) {
        List<long[]> indices = indices(in.get(0));
        long width =
            length < 0 ? indices.stream().mapToInt(row -> row.length).max().orElse(0) : length;
        Tensor y =
            Tensor.allocate(DType.INT64, tokenizer.rows(in.get(0).shape()).concat(Shape.of(width)));
        for (int row = 0; row < indices.size(); row++) {
          for (int i = 0; i < Math.min(width, indices.get(row).length); i++) {
            y.setLong(row * width + i, indices.get(row)[i]);
          }
        }
        return y;
      }
    };
  }

  /** How many tokens each row has. */
  static Op.Call.Function lengths(Tokenizer tokenizer) {
    return new Op.Call.Function() {
      @Override
      public TensorType type(List<TensorType> in) {
        return new TensorType(DType.INT64, tokenizer.rows(in.get(0).shape()));
      }

      @Override
      public Tensor apply(List<Tensor> in) {
        Tensor y = Tensor.allocate(DType.INT64, tokenizer.rows(in.get(0).shape()));
        List<List<String>> rows = tokenizer.tokens(in.get(0));
        for (int row = 0; row < rows.size(); row++) {
          y.setLong(row, rows.get(row).size());
        }
        return y;
      }
    };
  }

  /** The tokens of rows of one length, on a last axis. */
  static Op.Call.Function texts(Tokenizer tokenizer) {
    return new Op.Call.Function() {
      @Override
      public TensorType type(List<TensorType> in) {
        Shape rows = tokenizer.rows(in.get(0).shape());
        return new TensorType(DType.STRING, rows.concat(Shape.of(Shape.UNKNOWN)));
      }

      @Override
      public Tensor apply(List<Tensor> in) {
        List<String> tokens = new ArrayList<>();
        tokenizer.tokens(in.get(0)).forEach(tokens::addAll);
        Shape rows = tokenizer.rows(in.get(0).shape());
        long length = rows.size() == 0 ? 0 : tokens.size() / rows.size();
        return Tensor.of(tokens.toArray(String[]::new), rows.concat(Shape.of(length)).toArray());
      }
    };
  }

  /**
   * How often each index is in a row, on a last axis.
   *
   * @param binary only whether it is
   */
  Op.Call.Function counted(boolean binary, DType type) {
    int depth = table.lookup().depth();
    return new Op.Call.Function() {
      @Override
      public TensorType type(List<TensorType> in) {
        return new TensorType(type, tokenizer.rows(in.get(0).shape()).concat(Shape.of(depth)));
      }

      @Override
      public Tensor apply(List<Tensor> in) {
        Tensor y = Tensor.allocate(type, tokenizer.rows(in.get(0).shape()).concat(Shape.of(depth)));
        List<long[]> indices = indices(in.get(0));
        for (int row = 0; row < indices.size(); row++) {
          for (long index : indices.get(row)) {
            if (index < depth) {
              long at = (long) row * depth + index;
              y.setDouble(at, binary ? 1 : y.getDouble(at) + 1);
            }
          }
        }
        return y;
      }
    };
  }

  private List<long[]> indices(Tensor texts) {
    List<long[]> indices = new ArrayList<>();
    for (List<String> row : tokenizer.tokens(texts)) {
      indices.add(row.stream().mapToLong(table::index).toArray());
    }
    return indices;
  }
}
