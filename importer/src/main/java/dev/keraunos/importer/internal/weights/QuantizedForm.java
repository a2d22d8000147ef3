package dev.keraunos.importer.internal.weights;

import dev.keraunos.importer.internal.topology.LayerSpec;
import dev.keraunos.keras.internal.config.Quantization;
import dev.keraunos.keras.internal.config.Quantization.Mode;
import java.util.ArrayList;
import java.util.List;

/**
 * What variables a layer has if its weights are quantized, in the order of {@code .keras} files:
 * {@code variable_serialization_spec} of Keras 3.
 */
public enum QuantizedForm {
  /** A layer that Keras cannot quantize. */
  NONE,

  /** A kernel and perhaps a bias. */
  KERNEL,

  /** A table of rows, and perhaps one of columns to go back. */
  EMBEDDINGS;

  private static final String BIAS = "bias";
  private static final List<String> FLOAT8 =
      List.of(
          "inputs_scale",
          "inputs_amax_history",
          "kernel_scale",
          "kernel_amax_history",
          "outputs_grad_scale",
          "outputs_grad_amax_history");

  /** Whether Keras has this form in a mode. */
  public boolean takes(Mode mode) {
    boolean integral = mode == Mode.INT8 || mode == Mode.INT4;
    return this == KERNEL || (this == EMBEDDINGS && integral);
  }

  /**
   * The variables.
   *
   * @param declared those of the layer as it is not quantized
   */
  public List<Variable> variables(LayerSpec layer, List<Variable> declared) {
    return layer
        .quantization()
        .filter(quantization -> takes(quantization.mode()))
        .map(how -> this == KERNEL ? kernel(how, declared) : embeddings(how, declared))
        .orElse(declared);
  }

  private static List<Variable> kernel(Quantization quantization, List<Variable> declared) {
    List<Variable> bias = declared.stream().filter(v -> v.name().equals(BIAS)).toList();
    List<Variable> variables = new ArrayList<>();
    switch (quantization.mode()) {
      case FLOAT8 -> {
        variables.addAll(declared);
        FLOAT8.forEach(name -> variables.add(new Variable(name, true)));
      }
      case INT8, INT4 -> {
        add(variables, "kernel");
        variables.addAll(bias);
        add(variables, "kernel_scale");
        if (quantization.block() > 0) {
          add(variables, "kernel_zero", "g_idx");
        }
      }
      default -> {
        variables.addAll(bias);
        add(variables, "kernel", "kernel_scale", "kernel_zero");
        if (quantization.mode() == Mode.AWQ) {
          add(variables, "awq_scales");
        }
        add(variables, "g_idx");
      }
    }
    return variables;
  }

  private static List<Variable> embeddings(Quantization quantization, List<Variable> declared) {
    boolean zeros = quantization.block() > 0;
    List<Variable> variables = new ArrayList<>();
    for (Variable table : declared) {
      add(variables, table.name(), table.name() + "_scale");
      if (zeros) {
        add(variables, table.name() + "_zero");
      }
      if (zeros && table.equals(declared.get(0))) {
        add(variables, "g_idx");
      }
    }
    return variables;
  }

  private static void add(List<Variable> variables, String... names) {
    for (String name : names) {
      variables.add(new Variable(name, false));
    }
  }
}
