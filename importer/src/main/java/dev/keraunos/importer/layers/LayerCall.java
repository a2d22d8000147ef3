package dev.keraunos.importer.layers;

import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Value;
import dev.keraunos.keras.Dialect;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.List;

/**
 * What a {@link CustomLayer} sees of one call of its layer: inputs, config, weights, and where to
 * append operations.
 */
public interface LayerCall {
  /** The layer's config; keys of a custom layer that are never read have no effect. */
  Config config();

  /** Where operations are appended. */
  GraphBuilder builder();

  /** The Keras that wrote the file, whose rules hold. */
  Dialect dialect();

  /** Whether the model calls the layer as in training, which Keras 3 never does in predict. */
  boolean training();

  /** The tensors given positionally, flattened, as they came. */
  List<Masked> inputs();

  /** The only or first input, its floating type cast to the layer's compute type. */
  Value x();

  /** All inputs, cast as {@link #x}. */
  List<Value> xs();

  /** The first input as the layer's compute type, whatever it was. */
  Value floating();

  /** The mask of the first input to compute with, or null. */
  Value mask();

  /** The mask of the first input to hand on, or null; mostly that of {@link #mask}. */
  Value passedMask();

  /** The type the layer computes in. */
  DType computeType();

  /** The tensors given by a keyword, flattened, as they came; none if it is absent. */
  List<Masked> inputs(String keyword);

  /** A constant given by a keyword, to be read like an entry of the config. */
  Setting constant(String keyword);

  /**
   * A constant given by position, from 0, where tensors and lists of them have positions too; to be
   * read like an entry of the config.
   */
  Setting constant(int position);

  /**
   * A variable as a constant of the compute type.
   *
   * @param name as the file has it: {@code 0} or {@code kernel}, and {@code dense/0} or {@code
   *     dense/kernel} for one of a layer inside
   * @param dims its shape; {@link Shape#UNKNOWN} where anything goes
   * @throws dev.keraunos.keras.ModelFileException if the file has no such variable or it has
   *     another shape
   */
  Value weight(String name, long... dims);

  /** A variable as stored; see {@link #weight}. */
  Tensor tensor(String name, long... dims);

  /**
   * Says which variable of a custom layer a regulariser of its config penalises; said again of
   * another variable, it penalises both. Needed where the file does not tell: {@code .keras} files
   * number the variables.
   *
   * @param key of the config, such as {@code kernel_regularizer}
   * @param variable as {@link #weight} takes it
   */
  void regularize(String key, String variable);

  /** The dimension of an axis of an input; the model is refused where it is unknown. */
  long dim(Value x, int axis);

  /** The activation that a config key names, applied; absent and null are linear. */
  Value activate(String key, Value x);

  /**
   * Lowers the layer that a config key holds, with its own weights, regularisers and mask. Asked
   * again with the same inputs, it gives the same outputs. If that is impossible, neither is this
   * layer lowered.
   *
   * @param key of the config, such as {@code layer}, or {@code layers[1]} for an element of a list;
   *     the attribute of the Python class that holds the layer has that name
   */
  List<Masked> inner(String key, List<Masked> inputs);

  /** This call cannot be lowered; thrown, then told together with whatever else cannot. */
  RuntimeException gap(String problem);
}
