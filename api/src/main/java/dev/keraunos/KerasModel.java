package dev.keraunos;

import dev.keraunos.engine.Engine;
import dev.keraunos.engine.StepTime;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Exportable;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Value;
import dev.keraunos.importer.internal.ImportedModel;
import dev.keraunos.importer.internal.summary.ModelContents;
import dev.keraunos.importer.internal.summary.ModelSummary;
import dev.keraunos.importer.internal.summary.SummaryText;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.internal.prediction.KeptStates;
import dev.keraunos.internal.prediction.RaggedRows;
import dev.keraunos.keras.Dialect;
import dev.keraunos.loss.check.LossFunction;
import dev.keraunos.loss.explain.Explanation;
import dev.keraunos.loss.internal.compile.CompileSpec;
import dev.keraunos.loss.internal.compile.Setups;
import dev.keraunos.loss.registry.LossRegistry;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * A Keras model, ready to predict, evaluate and explain. Immutable and safe to share among threads:
 * every call gives what it gives alone.
 *
 * <pre>{@code
 * try (KerasModel model = KerasModel.load(Path.of("model.h5"))) {
 *   float[] probabilities = model.predict(pixels);
 * }
 * }</pre>
 *
 * <p>Recurrent layers with {@code stateful=True} start every call from zeros, as after {@code
 * reset_states}, and keep their states from batch to batch inside of it. A batch has as many
 * samples as the model's batch shape says. A {@link #session} keeps the states from call to call.
 */
public final class KerasModel implements Exportable, AutoCloseable {
  private static final int KERAS_BATCH = 32;

  private final ImportedModel imported;
  private final Loader settings;
  private final Engine engine;
  private final Computations computations;
  private final ModelInputs inputs;
  private final Map<Set<String>, KerasModel> partial = new ConcurrentHashMap<>();
  private final ReadWriteLock use = new ReentrantReadWriteLock();
  private final DataAdapter adapter;

  private boolean closed;

  /** The file it was loaded from, if it was one. */
  private final Optional<Path> file;

  KerasModel(ImportedModel imported, Loader settings, Optional<Path> file) {
    this.imported = imported;
    this.file = file;
    this.settings = settings;
    this.engine = settings.engine;
    this.computations =
        new Computations(imported, engine, settings.threads, settings.optimize, settings.seed);
    this.inputs = new ModelInputs(imported);
    this.adapter = new DataAdapter(dialect(), imported.topology().floatx());
    Set<String> drawing = imported.lowered().drawingLayers();
    if (!drawing.isEmpty()) {
      LoggerFactory.getLogger(KerasModel.class)
          .warn(
              "{}: {} draw random numbers, as the model calls them with training=True: every call"
                  + " gives another prediction, the same ones after every load. Loader.seed chooses"
                  + " others.",
              imported.archive().name(),
              drawing);
    }
  }

  /**
   * Loads a {@code .h5} or {@code .keras} file, an unzipped {@code .keras} folder, or a SavedModel
   * of tf.keras as a folder or zip.
   *
   * @throws dev.keraunos.keras.ModelFileException if the file is damaged or no Keras model
   * @throws dev.keraunos.importer.layers.UnsupportedModelException listing everything in it that
   *     Keraunos lacks
   */
  public static KerasModel load(Path file) {
    return loader().load(file);
  }

  /** Loads a model from a stream, which is read to its end; see {@link #load(Path)}. */
  public static KerasModel load(InputStream stream) {
    return loader().load(stream);
  }

  /** Loads a model from the content of its file; see {@link #load(Path)}. */
  public static KerasModel load(byte[] content) {
    return loader().load(content);
  }

  /**
   * Loads a model from the class path, from inside of a jar too.
   *
   * @param beside a class of the application
   * @param name as {@link Class#getResourceAsStream} takes it: from the root of the class path with
   *     a leading slash, else from the package of the class
   * @throws dev.keraunos.keras.ModelFileException if there is no such resource; see {@link
   *     #load(Path)}
   */
  public static KerasModel loadResource(Class<?> beside, String name) {
    return loader().loadResource(beside, name);
  }

  /** Loads with other settings than the usual ones. */
  public static Loader loader() {
    return new Loader();
  }

  /**
   * The graph behind {@link #predict(Map, Collection)}, for those who write it elsewhere.
   *
   * @param wanted as there
   * @throws InputException if a layer takes texts or random numbers, which no graph does
   */
  @Override
  public Graph graph(Collection<String> wanted) {
    return whileOpen(() -> computations.exported(List.copyOf(wanted)));
  }

  /** What the model holds, layer by layer, as {@code keraunos inspect} shows it in 80 columns. */
  public String summary() {
    return SummaryText.of(ModelSummary.of(contents()), false);
  }

  /** What the file says, layer by layer. */
  ModelContents contents() {
    return whileOpen(() -> ModelContents.of(imported, settings.registry));
  }

  /** Whose Keras wrote the model, and the digest of its file. */
  @Override
  public Map<String, String> provenance() {
    return Provenance.of(imported.archive().dialect(), file);
  }

  /** The names of the inputs, in the model's order. */
  public List<String> inputNames() {
    return inputs.names();
  }

  /** The names of the outputs, in the model's order. */
  @Override
  public List<String> outputNames() {
    return List.copyOf(imported.lowered().outputs().keySet());
  }

  /** The shape of an input; unknown dimensions, the batch among them, are {@link Shape#UNKNOWN}. */
  public Shape inputShape(String name) {
    return inputs.value(name).shape();
  }

  /**
   * The shape of the only input; see {@link #inputShape(String)}.
   *
   * @throws InputException if the model has several
   */
  public Shape inputShape() {
    return inputs.single().shape();
  }

  /**
   * The shape of an output or an intermediate layer; unknown dimensions, the batch among them, are
   * {@link Shape#UNKNOWN}.
   *
   * @param name as {@link #predict(Map, Collection)} takes it
   * @throws InputException if there is neither
   */
  public Shape outputShape(String name) {
    return computations.value(name).shape();
  }

  /**
   * The shape of the only output; see {@link #outputShape(String)}.
   *
   * @throws InputException if the model has several
   */
  public Shape outputShape() {
    if (outputNames().size() != 1) {
      throw new InputException(
          "the model has the outputs " + outputNames() + "; say which one, by its name");
    }
    return outputShape(outputNames().get(0));
  }

  /** The element type of an input; {@link #predict(Map)} converts other types to it. */
  public DType inputType(String name) {
    return inputs.value(name).dtype();
  }

  /**
   * The element type of an output or an intermediate layer.
   *
   * @param name as {@link #predict(Map, Collection)} takes it
   * @throws InputException if there is neither
   */
  public DType outputType(String name) {
    return computations.value(name).dtype();
  }

  /**
   * The narrowest floating type in which layers compute: float16 or bfloat16 under a mixed policy,
   * else float32 or float64; bfloat16 beside float16, since it keeps fewer digits.
   */
  public DType precision() {
    return computations.precision();
  }

  /** What the file holds: topology, layers, regularisers. */
  ImportedModel imported() {
    return imported;
  }

  /** Whose rules {@link #evaluate} follows. */
  public Dialect dialect() {
    Dialect written = imported.archive().dialect();
    boolean other =
        settings.recorded != null && !settings.recorded.toString().equals(written.toString());
    return settings.dialect != null ? settings.dialect : other ? settings.recorded : written;
  }

  Computations computations() {
    return computations;
  }

  ModelInputs inputs() {
    return inputs;
  }

  DataAdapter adapter() {
    return adapter;
  }

  /** The engine that runs this model; prints as its name. */
  public Engine engine() {
    return engine;
  }

  LossRegistry losses() {
    return settings.losses;
  }

  int threads() {
    return settings.threads;
  }

  Graph graph() {
    return imported.lowered().graph();
  }

  /**
   * What one caller predicts with where layers keep states from call to call: each caller has a
   * session of its own, and no other sees its states. Close it after use; closing the model does
   * not wait for it.
   */
  public Session session() {
    return new Session(this);
  }

  /**
   * Predicts with a model of one input and one output. Stateful layers start from zeros.
   *
   * @param input any number of samples in row-major order; all dimensions but the batch must be
   *     known
   * @return the samples' outputs in row-major order
   * @throws InputException if the model has several inputs or outputs, or the length is no multiple
   *     of a sample's
   */
  public float[] predict(float[] input) {
    try (Session alone = session()) {
      return alone.predict(input);
    }
  }

  /**
   * Predicts with a model of one input, of texts, and one output, of numbers.
   *
   * @param texts a sample each
   * @return the samples' outputs in row-major order
   * @throws InputException if the model has other inputs or outputs
   */
  public float[] predict(String[] texts) {
    try (Tensor input = ModelInputs.tensor(texts, inputs.only());
        Tensor output = predict(input)) {
      return output.toFloatArray();
    }
  }

  /**
   * Predicts with a model of one input and one output; the caller owns the result. Stateful layers
   * start from zeros.
   */
  public Tensor predict(Tensor input) {
    try (Session alone = session()) {
      return alone.predict(input);
    }
  }

  /**
   * Predicts from one direct buffer of floats into another, without copying either. Stateful layers
   * start from zeros.
   *
   * @param samples how many samples the input holds
   */
  public void predict(ByteBuffer input, ByteBuffer output, long samples) {
    try (Session alone = session()) {
      alone.predict(input, output, samples);
    }
  }

  /**
   * Predicts with a model of one input and one output, from arrays to arrays. Stateful layers start
   * from zeros.
   *
   * @param input nested arrays in the shape of the input, such as {@code double[][][]} for (?, 7,
   *     8), of the types that {@link Tensor#of(Object[])} takes; a flat array of numbers holds
   *     samples one after another
   * @return nested arrays as of {@link Tensor#toArray}: {@code float[][]} for float32 of shape
   *     (samples, classes)
   * @throws InputException if another shape is given, with both, or arrays are ragged, with the
   *     place, and the input is not one with {@code ragged=True}; see {@link #predict(float[])}
   */
  public Object predictArray(Object input) {
    try (Tensor output = predictAny(input)) {
      return output.toArray();
    }
  }

  /**
   * The class that a model of one input and one output finds for each sample: the largest along the
   * last axis of the output, the first of them where several are; where that axis has one number, 1
   * if it is above 0.5, else 0. So of {@code predict_classes} of Keras, which TensorFlow 2.6 took
   * away.
   *
   * @param input a {@link Tensor}, or arrays as {@link #predictArray} takes them
   * @return class numbers; NaN is the largest as in {@code numpy.argmax} and not above 0.5, of
   *     which {@link Loader#warnings} tell; of an output (samples, steps, classes) for each step of
   *     each sample, in row-major order
   * @throws InputException if the output has no axis of classes; see {@link #predict(float[])}
   */
  public int[] predictClasses(Object input) {
    try (Tensor output = predictAny(input)) {
      Classes found = Classes.of(output);
      Classes.warnOfNone(found.none(), outputNames().get(0), this);
      return found.numbers();
    }
  }

  private Tensor predictAny(Object input) {
    if (input instanceof Object[] rows && inputs.takesRagged()) {
      return RaggedRows.predict(rows, outputNames().get(0), this::predictRows);
    }
    return predictRows(input);
  }

  private Tensor predictRows(Object input) {
    Tensor given = ModelInputs.tensor(input, inputs.only());
    try {
      return predict(given);
    } finally {
      if (given != input) {
        given.close();
      }
    }
  }

  /**
   * Predicts samples that come one by one with a model of one input and one output, in the memory
   * of a batch: as many are read and predicted when the next result is asked for. Stateful layers
   * start from zeros and keep their states from batch to batch, as in one {@code predict} of Keras.
   *
   * @param samples numbers of a sample each, in row-major order; all dimensions but the batch must
   *     be known
   * @param batch how many samples to predict at once; the last may be fewer
   * @return the output of each sample in row-major order, in the order of the samples
   * @throws InputException here or from the result, if a sample is of another length, with its
   *     number; see {@link #predict(float[])}
   */
  public Iterator<float[]> predict(Iterator<float[]> samples, int batch) {
    return new Rows(session(), inputs.only().shape(), samples, batch);
  }

  /**
   * Predicts by position. Stateful layers start from zeros.
   *
   * @param given a tensor for each input, in the order of {@link #inputNames}; converted as in
   *     {@link #predict(Map)}
   * @return in the order of {@link #outputNames}; the caller owns the tensors
   * @throws InputException if they are not as many as the inputs, or one does not fit
   */
  public List<Tensor> predict(List<Tensor> given) {
    try (Session alone = session()) {
      return alone.predict(given);
    }
  }

  /**
   * Predicts. Stateful layers start from zeros; {@link #session} keeps their states.
   *
   * @param inputs by input name; converted to the inputs' types, float64 by way of float32 where
   *     Keras' {@code floatx} is that; texts are tensors of {@link DType#STRING}. A last axis of
   *     length 1 may be left out or be there too; an optional input (Keras 3) that is left out is
   *     {@code None}
   * @return by output name, in the model's order; the caller owns the tensors
   * @throws InputException if an input is missing, unknown or does not fit
   */
  public Map<String, Tensor> predict(Map<String, Tensor> inputs) {
    return predict(inputs, outputNames());
  }

  /**
   * Predicts chosen outputs and intermediate layers. Stateful layers start from zeros.
   *
   * @param wanted output names, or paths of layers as {@code inspect} lists them; {@code path#1} is
   *     the second call of a layer, {@code path:1} its second tensor
   */
  public Map<String, Tensor> predict(Map<String, Tensor> inputs, Collection<String> wanted) {
    Set<String> absent = this.inputs.absent(inputs);
    if (!absent.isEmpty()) {
      return without(absent).predict(inputs, wanted);
    }
    try (Session alone = session()) {
      return alone.predict(inputs, wanted);
    }
  }

  /** This model with {@code None} for optional inputs, made when first asked for. */
  private KerasModel without(Set<String> absent) {
    return whileOpen(
        () ->
            partial.computeIfAbsent(
                absent,
                names ->
                    new KerasModel(imported.without(names, settings.registry), settings, file)));
  }

  /**
   * What a final sigmoid or softmax was applied to, where the output ends in one; the caller owns
   * the tensor.
   */
  public Optional<Tensor> logits(Map<String, Tensor> inputs, String output) {
    return imported
        .lowered()
        .logits(output)
        .map(
            value -> {
              try (KeptStates states = new KeptStates()) {
                Map<String, Value> wanted = Map.of("logits of " + output, value);
                return run(wanted, this.inputs.ordered(inputs), states).get(0);
              }
            });
  }

  /** The values of a call that takes the states before it and leaves those after it. */
  List<Tensor> run(Map<String, Value> wanted, List<Tensor> given, KeptStates states) {
    return whileOpen(() -> computations.run(wanted, adapter.adapt(given, inputs), states));
  }

  /** The values of a model without states, written where the caller wants them. */
  void run(Map<String, Value> wanted, List<Tensor> given, List<Tensor> targets) {
    whileOpen(
        () -> {
          computations.executable(wanted).run(given, targets);
          return targets;
        });
  }

  /**
   * Prepares for batches of so many samples, by a prediction from zeros or empty texts: the first
   * caller need not wait.
   *
   * @throws InputException if there are no samples, or a dimension of an input other than theirs is
   *     unknown
   */
  public void warmUp(int samples) {
    List<Tensor> zeros = inputs.zeros(samples);
    try {
      predict(zeros).forEach(Tensor::close);
    } finally {
      zeros.forEach(Tensor::close);
    }
  }

  /**
   * What each step of a prediction takes.
   *
   * @param inputs by name, as {@link #predict(Map)} takes them
   * @param runs how many predictions are timed
   * @return in the order of the steps; empty for an engine that does not tell
   * @throws InputException if the model takes texts, keeps states or draws random numbers
   */
  public List<StepTime> profile(Map<String, Tensor> inputs, int runs) {
    List<Tensor> given = adapter.adapt(this.inputs.ordered(inputs), this.inputs);
    return whileOpen(() -> computations.profile(given, runs));
  }

  /** Keeps {@link #close} from freeing what a call still reads. */
  private <T> T whileOpen(Supplier<T> call) {
    use.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the model is closed");
      }
      return call.get();
    } finally {
      use.readLock().unlock();
    }
  }

  /**
   * What {@code model.evaluate} of the Keras that wrote the file returns with {@code
   * return_dict=True}.
   *
   * @param batchSize how many samples make a batch; the numbers depend on it wherever Keras' do
   * @throws dev.keraunos.keras.UnknownNameException if the model was compiled with a loss or metric
   *     nobody registered
   */
  public Map<String, Double> evaluate(Dataset data, int batchSize) {
    return whileOpen(() -> Evaluator.evaluate(this, Batches.of(this, data, batchSize)));
  }

  /**
   * Evaluates samples that need not fit in memory; see {@link #evaluate(Dataset, int)}. One part
   * and one batch are held at a time.
   *
   * @param parts of any size, with the same arrays; each is closed once it is used up
   */
  public Map<String, Double> evaluate(Iterator<Dataset> parts, int batchSize) {
    try (Batches batches = new Batches(this, parts, batchSize)) {
      return whileOpen(() -> Evaluator.evaluate(this, batches));
    }
  }

  /**
   * What metrics of the caller's choice say, whatever the model was compiled with, if it was at
   * all. They follow the rules of {@link #dialect}. Sample weights do not count, as in Keras'
   * {@code metrics}.
   *
   * @param metrics a Keras name or class ({@code accuracy}, {@code AUC}), the name of a metric that
   *     {@link Loader#losses} was given, or a saved metric as JSON: {@code {"class_name": "AUC",
   *     "config": {"curve": "PR"}}}. {@code accuracy} stands for what Keras takes beside the
   *     compiled loss, without one what the shapes of targets and output say
   * @return by the given name, that in {@code config} or the class; behind the output's name and an
   *     underscore where the model has several outputs. Outputs without targets have none
   * @throws dev.keraunos.keras.UnknownNameException if nobody registered a metric
   * @throws InputException if none is given, or targets do not fit one
   */
  public Map<String, Double> evaluate(Dataset data, int batchSize, String... metrics) {
    return whileOpen(
        () -> Evaluator.evaluate(this, Batches.of(this, data, batchSize), List.of(metrics)));
  }

  /** The same of samples that need not fit in memory; see {@link #evaluate(Iterator, int)}. */
  public Map<String, Double> evaluate(Iterator<Dataset> parts, int batchSize, String... metrics) {
    try (Batches batches = new Batches(this, parts, batchSize)) {
      return whileOpen(() -> Evaluator.evaluate(this, batches, List.of(metrics)));
    }
  }

  /**
   * Which classes an output takes for which, whatever the model was compiled with.
   *
   * @param data with targets for one output: class numbers, or vectors with a 1 for the class.
   *     Steps under the output's mask do not count; sample weights do, for each sample or step
   * @throws InputException if there are targets for several outputs, or they name no classes
   */
  public Confusion confusion(Dataset data, int batchSize) {
    return whileOpen(() -> Evaluator.confusion(this, Batches.of(this, data, batchSize)));
  }

  /** The same of samples that need not fit in memory; see {@link #evaluate(Iterator, int)}. */
  public Confusion confusion(Iterator<Dataset> parts, int batchSize) {
    try (Batches batches = new Batches(this, parts, batchSize)) {
      return whileOpen(() -> Evaluator.confusion(this, batches));
    }
  }

  /**
   * The loss function of an output, without masks, weights and averages.
   *
   * @throws InputException if the output has no loss
   */
  public LossFunction lossFunction(String output) {
    return new LossFunction(
        Setups.loss(compileSpec(), output, Evaluator.outputSpecs(this), settings.losses),
        dialect(),
        Evaluator.activation(this, output));
  }

  ModelRegistry registry() {
    return settings.registry;
  }

  boolean isStrict() {
    return settings.strict;
  }

  Consumer<String> warnings() {
    return settings.warnings;
  }

  CompileSpec compileSpec() {
    return CompileSpec.of(imported.archive().training().orElse(null));
  }

  /** How the loss came about, in batches of 32 as Keras chooses them. */
  public Explanation explainLoss(Dataset data) {
    return explainLoss(data, KERAS_BATCH);
  }

  /**
   * How the loss came about: what it shows, in sentences ({@link Explanation#findings}), and terms
   * that add up to it.
   *
   * @param details what else to tell
   */
  public Explanation explainLoss(Dataset data, int batchSize, Explanation.Detail... details) {
    Supplier<Batches> again = () -> Batches.of(this, data, batchSize);
    return whileOpen(() -> Evaluator.explain(this, again.get(), details, Optional.of(again)));
  }

  /** The same of samples that need not fit in memory; see {@link #evaluate(Iterator, int)}. */
  public Explanation explainLoss(
      Iterator<Dataset> parts, int batchSize, Explanation.Detail... details) {
    try (Batches batches = new Batches(this, parts, batchSize)) {
      return whileOpen(() -> Evaluator.explain(this, batches, details, Optional.empty()));
    }
  }

  /**
   * The same of parts that can be gone through again, for findings that need the model once more:
   * they do so only where the first time gave a reason.
   *
   * @param parts as in {@link #evaluate(Iterator, int)}; each iterator opens them anew
   */
  public Explanation explainLoss(
      Iterable<Dataset> parts, int batchSize, Explanation.Detail... details) {
    Supplier<Batches> again = () -> new Batches(this, parts.iterator(), batchSize);
    try (Batches batches = again.get()) {
      return whileOpen(() -> Evaluator.explain(this, batches, details, Optional.of(again)));
    }
  }

  /**
   * How the loss comes about that training computes of each batch before it changes the model, but
   * for dropout and noise: a BatchNormalization takes the statistics of the batch, as in {@code
   * model(x, training=True)}, unless it is frozen. Nothing is random, and the model stays as it is.
   *
   * @throws InputException if the model keeps states between batches, or draws random numbers in
   *     {@code predict} too
   * @throws dev.keraunos.importer.layers.UnsupportedModelException if a BatchNormalization
   *     renormalizes, has virtual batches or is of masked images
   */
  public Explanation explainTrainingLoss(
      Dataset data, int batchSize, Explanation.Detail... details) {
    return whileOpen(
        () -> Evaluator.explainTraining(this, Batches.of(this, data, batchSize), details));
  }

  /** The same of samples that need not fit in memory; see {@link #evaluate(Iterator, int)}. */
  public Explanation explainTrainingLoss(
      Iterator<Dataset> parts, int batchSize, Explanation.Detail... details) {
    try (Batches batches = new Batches(this, parts, batchSize)) {
      return whileOpen(() -> Evaluator.explainTraining(this, batches, details));
    }
  }

  /** Whether {@link #close} was called. */
  boolean isClosed() {
    use.readLock().lock();
    try {
      return closed;
    } finally {
      use.readLock().unlock();
    }
  }

  /** Waits for the calls that run, then frees native memory. Calls after it fail. Idempotent. */
  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        partial.values().forEach(KerasModel::close);
        computations.close();
        imported.close();
      }
    } finally {
      use.writeLock().unlock();
    }
  }
}
