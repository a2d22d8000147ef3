package dev.keraunos.engine.onednn.internal.primitive;

import dev.keraunos.graph.Op;
import dev.keraunos.graph.UnaryKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;

/**
 * An elementwise algorithm of oneDNN and its parameters. Functions whose approximation is too
 * coarse are left to the reference engine: log is wrong by 5% next to 1, softplus by any amount far
 * below 0.
 */
public record Eltwise(int algorithm, float alpha, float beta) {
  private interface Row {
    Eltwise of(float alpha, float beta);
  }

  /** What turns NaN and infinities into what IEEE 754 asks for. */
  private static final Map<UnaryKind, Row> EXACT = new EnumMap<>(UnaryKind.class);

  /** What is right for finite operands only. */
  private static final Map<UnaryKind, Row> FINITE = new EnumMap<>(UnaryKind.class);

  static {
    fixed(EXACT, UnaryKind.NEGATIVE, dnnl.dnnl_eltwise_linear, -1, 0);
    fixed(EXACT, UnaryKind.ABSOLUTE, dnnl.dnnl_eltwise_abs, 0, 0);
    fixed(EXACT, UnaryKind.SQUARE, dnnl.dnnl_eltwise_square, 0, 0);
    fixed(EXACT, UnaryKind.SQRT, dnnl.dnnl_eltwise_sqrt, 0, 0);
    fixed(EXACT, UnaryKind.RECIPROCAL, dnnl.dnnl_eltwise_pow, 1, -1);
    fixed(EXACT, UnaryKind.TANH, dnnl.dnnl_eltwise_tanh, 0, 0);
    fixed(EXACT, UnaryKind.SIGMOID, dnnl.dnnl_eltwise_logistic, 0, 0);
    fixed(EXACT, UnaryKind.ROUND, dnnl.dnnl_eltwise_round, 0, 0);
    fixed(EXACT, UnaryKind.SILU, dnnl.dnnl_eltwise_swish, 1, 0);
    EXACT.put(UnaryKind.ELU, (a, b) -> new Eltwise(dnnl.dnnl_eltwise_elu, a, 0));
    // oneDNN's relu with slope 0 is a maximum that drops NaN; its elu with slope 0 is exact.
    EXACT.put(
        UnaryKind.RELU,
        (a, b) -> new Eltwise(a == 0 ? dnnl.dnnl_eltwise_elu : dnnl.dnnl_eltwise_relu, a, 0));

    FINITE.putAll(EXACT);
    fixed(FINITE, UnaryKind.RSQRT, dnnl.dnnl_eltwise_pow, 1, -0.5f);
    fixed(FINITE, UnaryKind.EXP, dnnl.dnnl_eltwise_exp, 0, 0);
    fixed(FINITE, UnaryKind.HARD_SILU, dnnl.dnnl_eltwise_hardswish, 1 / 6f, 0.5f);
    fixed(FINITE, UnaryKind.GELU, dnnl.dnnl_eltwise_gelu_erf, 0, 0);
    fixed(FINITE, UnaryKind.GELU_TANH, dnnl.dnnl_eltwise_gelu_tanh, 0, 0);
    fixed(FINITE, UnaryKind.MISH, dnnl.dnnl_eltwise_mish, 0, 0);
    FINITE.put(UnaryKind.RELU, (a, b) -> new Eltwise(dnnl.dnnl_eltwise_relu, a, 0));
    FINITE.put(UnaryKind.CLIP, (a, b) -> new Eltwise(dnnl.dnnl_eltwise_clip_v2, a, b));
    FINITE.put(UnaryKind.HARD_SIGMOID, (a, b) -> new Eltwise(dnnl.dnnl_eltwise_hardsigmoid, a, b));
  }

  private static void fixed(
      Map<UnaryKind, Row> table, UnaryKind kind, int algorithm, float alpha, float beta) {
    table.put(kind, (a, b) -> new Eltwise(algorithm, alpha, beta));
  }

  /**
   * The algorithm for a function of one operand, if oneDNN has it.
   *
   * @param finite whether the operand is known to be finite
   */
  public static Optional<Eltwise> of(Op.Unary op, boolean finite) {
    return Optional.ofNullable((finite ? FINITE : EXACT).get(op.kind()))
        .map(row -> row.of((float) op.alpha(), (float) op.beta()));
  }
}
