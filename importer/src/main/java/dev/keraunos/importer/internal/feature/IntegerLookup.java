package dev.keraunos.importer.internal.feature;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.table.RowCall;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** {@code IntegerLookup}: whole numbers to indices and back, in operations of the graph. */
final class IntegerLookup {
  private static final Lookup.Tokens<Long> NUMBERS =
      new Lookup.Tokens<>() {
        @Override
        public Long of(JsonNode json, Setting entry) {
          if (json.isIntegralNumber() && json.canConvertToLong()) {
            return json.longValue();
          }
          throw entry.unexpected("whole numbers");
        }

        @Override
        public Long of(String line) {
          try {
            return Long.valueOf(line.strip());
          } catch (NumberFormatException e) {
            return null;
          }
        }
      };

  private final RowCall call;
  private final Lookup<Long> table;
  private final Value x;

  private IntegerLookup(RowCall call) {
    this.call = call;
    this.table = Lookup.read(call, NUMBERS, null, -1L);
    DType type = DType.of(call.config().get("vocabulary_dtype").text("int64"));
    this.x = Ops.cast(call.input(0).value(), type);
  }

  static Value lower(RowCall call) {
    IntegerLookup lookup = new IntegerLookup(call);
    return lookup.table.inverted()
        ? lookup.tokens()
        : LookupLayers.encode(call, lookup.table, lookup.indices());
  }

  private Value indices() {
    long[] tokens = table.tokens().stream().mapToLong(Long::longValue).toArray();
    int[] order =
        IntStream.range(0, tokens.length)
            .boxed()
            .sorted((i, j) -> Long.compare(tokens[i], tokens[j]))
            .mapToInt(Integer::intValue)
            .toArray();
    long[] sorted = IntStream.of(order).mapToLong(i -> tokens[i]).toArray();
    long[] index = IntStream.of(order).mapToLong(i -> table.start() + i).toArray();
    Tensor numbers = Tensor.of(sorted, sorted.length).cast(x.dtype());
    Value at = Ops.minimum(SortedSearch.below(x, numbers), sorted.length - 1);
    Value known = Ops.equal(Ops.take(call.constant(numbers), at, 0), x);
    Value found = Ops.take(call.constant(Tensor.of(index, index.length)), at, 0);
    Value all = Ops.where(known, found, unknown());
    Value y =
        table.mask() == null
            ? all
            : Ops.where(Ops.equal(x, number(table.mask())), number(table.masked()), all);
    return table.unknowns() > 0 ? y : Ops.apply(new Op.Call(new Known(call.path())), y, x).get(0);
  }

  /** The index of what is not in the vocabulary; -1 where there is none. */
  private Value unknown() {
    if (table.unknowns() <= 1) {
      return number(table.unknowns() == 0 ? -1 : table.unknownStart());
    }
    String method = call.config().get("oov_method").oneOf("floormod", "floormod", "farmhash");
    Setting salt = call.config().get("salt");
    Value slot =
        method.equals("floormod")
            ? Ops.mod(Ops.cast(x, DType.INT64), number(table.unknowns()))
            : Ops.apply(new Op.Call(new DecimalHash(Buckets.of(table.unknowns(), salt))), x).get(0);
    return Ops.add(slot, table.unknownStart());
  }

  private Value tokens() {
    List<Long> tokens = table.byIndex();
    Value index = Ops.cast(call.input(0).value(), DType.INT64);
    Value inside = Ops.logicalAnd(Ops.greaterEqual(index, 0), Ops.less(index, tokens.size()));
    Value at = Ops.where(inside, index, 0);
    long[] values = tokens.stream().mapToLong(Long::longValue).toArray();
    Value found = Ops.take(call.constant(Tensor.of(values, values.length)), at, 0);
    Value y = Ops.where(inside, found, number(table.unknown()));
    Value all = table.mask() == null ? y : Ops.where(Ops.equal(index, 0), number(table.mask()), y);
    return Ops.cast(all, x.dtype());
  }

  private Value number(long value) {
    return call.constant(Tensor.of(new long[] {value}));
  }

  /** Lets indices through unless one says that its number is unknown. */
  private record Known(String path) implements Op.Call.Function {
    @Override
    public TensorType type(List<TensorType> in) {
      return in.get(0);
    }

    @Override
    public int alignedAxes() {
      return Integer.MAX_VALUE;
    }

    @Override
    public Optional<Op.Call.Bounds> check() {
      return Optional.of(new Op.Call.Bounds(0, Long.MAX_VALUE));
    }

    @Override
    public Tensor apply(List<Tensor> in) {
      Tensor indices = in.get(0);
      for (long i = 0; i < indices.size(); i++) {
        if (indices.getLong(i) < 0) {
          throw new InputException(Lookup.foreign(path, in.get(1).getLong(i)));
        }
      }
      return indices.cast(indices.dtype());
    }
  }
}
