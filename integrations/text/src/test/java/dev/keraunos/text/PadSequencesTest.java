package dev.keraunos.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keraunos.error.InputException;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import dev.keraunos.testing.Tolerance;
import dev.keraunos.text.PadSequences.Side;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PadSequencesTest {
  private static final Map<String, Tensor> RECORDED =
      Npz.read(Path.of("src/test/cases/padded.npz")).arrays();

  private static final List<int[]> ROWS =
      List.of(
          new int[] {1, 2, 3},
          new int[0],
          new int[] {4},
          new int[] {5, 6, 7, 8, 9, 10, 11},
          new int[] {-12, 13});

  private static final List<Tensor> REALS =
      List.of(
          Tensor.of(new double[] {1.5, -2.7}),
          Tensor.of(new double[] {0.3}, 1),
          Tensor.zeros(DType.FLOAT64, 0),
          Tensor.of(new double[] {9.9, 8.8, 7.7, 6.6}));

  private static final List<Tensor> PAIRS =
      List.of(
          Tensor.of(new int[] {1, 2, 3, 4, 5, 6}, 3, 2),
          Tensor.of(new int[] {7, 8}, 1, 2),
          Tensor.zeros(DType.INT32, 0, 2),
          Tensor.of(new int[] {9, 10, 11, 12}, 2, 2));

  private static final List<Tensor> WORDS =
      List.of(
          Tensor.of(new String[] {"a", "bb"}),
          Tensor.zeros(DType.STRING, 0),
          Tensor.of(new String[] {"c", "dd", "e"}));

  private static Stream<String> cases() {
    return RECORDED.keySet().stream().filter(name -> !name.equals("rows"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rowsAreThoseOfKeras(String name) {
    String[] parts = name.split("/", -1);
    PadSequences pad =
        (parts[1].equals("None")
                ? PadSequences.toLongest()
                : PadSequences.to(Integer.parseInt(parts[1])))
            .padding(Side.valueOf(parts[2].toUpperCase(Locale.ROOT)))
            .truncating(Side.valueOf(parts[3].toUpperCase(Locale.ROOT)));
    Tensor padded =
        switch (parts[0]) {
          case "rows" -> pad.pad(ROWS);
          case "reals" -> pad.dtype(DType.FLOAT32).value(-1.25).padTensors(REALS);
          case "cut" -> pad.value(2.9).padTensors(REALS);
          case "pairs" -> pad.dtype(DType.INT64).value(-3).padTensors(PAIRS);
          default -> pad.value("pad").padTensors(WORDS);
        };
    Tolerance.EXACT.check(RECORDED.get(name), padded, name);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    PadSequences longest = PadSequences.toLongest();
    assertThrows(InputException.class, () -> PadSequences.to(0));
    assertThrows(InputException.class, () -> longest.pad(List.of()));
    assertThrows(InputException.class, () -> longest.dtype(DType.STRING).padTensors(WORDS));
    assertThrows(InputException.class, () -> longest.padTensors(WORDS));
    assertThrows(InputException.class, () -> longest.value("").pad(ROWS));
    assertThrows(InputException.class, () -> longest.dtype(DType.UINT8).pad(ROWS));
    assertThrows(InputException.class, () -> longest.dtype(DType.INT8).value(128).pad(ROWS));
    assertThrows(InputException.class, () -> longest.value(Double.NaN).pad(ROWS));
    assertThrows(
        InputException.class, () -> longest.padTensors(List.of(PAIRS.get(0), REALS.get(0))));
    assertThrows(
        InputException.class, () -> longest.padTensors(List.of(Tensor.scalar(DType.FLOAT32, 1))));
    assertEquals("(0, 3)", PadSequences.to(3).pad(List.of()).shape().toString());
    assertEquals("(2, 0)", longest.pad(List.of(new int[0], new int[0])).shape().toString());
  }
}
