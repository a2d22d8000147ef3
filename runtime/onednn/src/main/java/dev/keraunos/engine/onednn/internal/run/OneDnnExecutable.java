package dev.keraunos.engine.onednn.internal.run;

import dev.keraunos.engine.Executable;
import dev.keraunos.engine.StepTime;
import dev.keraunos.engine.internal.ByTypes;
import dev.keraunos.engine.onednn.internal.library.OpenMp;
import dev.keraunos.engine.onednn.internal.plan.Finiteness;
import dev.keraunos.engine.onednn.internal.plan.Plan;
import dev.keraunos.engine.onednn.internal.plan.Planner;
import dev.keraunos.engine.onednn.internal.plan.Schedule;
import dev.keraunos.engine.onednn.internal.primitive.PackedWeights;
import dev.keraunos.error.InputException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.Node;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.internal.axis.Samples;
import dev.keraunos.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A graph with a plan per shape of its inputs, made when first needed. */
public final class OneDnnExecutable implements Executable {
  /** How many plans are kept; the one unused for longest makes room. */
  private static final int MOST_PLANS = 8;

  /** What inputs of certain types give, and how they are run. */
  private record Shaped(List<TensorType> outputs, Schedule schedule) {}

  /** What a plan is made for: the types of the inputs, and whether all of them are finite. */
  private record Key(List<TensorType> types, boolean finite) {
    Key withSamples(long count) {
      return new Key(Schedule.withSamples(types, count), finite);
    }
  }

  private final String engine;
  private final Graph graph;
  private final boolean independent;
  private final int threads;
  private final PackedWeights weights = new PackedWeights();
  private final Map<Key, PlanPool> pools = new LinkedHashMap<>(16, 0.75f, true);
  private final ByTypes<Shaped> shapes = new ByTypes<>(this::shaped);
  private Map<Node, String> placement = Map.of();
  private int running;
  private boolean closed;

  /**
   * @param engine the name of the engine that runs it
   */
  public OneDnnExecutable(String engine, Graph graph, int threads) {
    this.engine = engine;
    this.graph = graph;
    this.independent = Samples.independent(graph);
    this.threads = threads;
  }

  @Override
  public Graph graph() {
    return graph;
  }

  @Override
  public List<Tensor> run(List<Tensor> inputs) {
    List<TensorType> given = TensorType.of(inputs);
    Shaped shaped = shapes.of(given);
    List<Tensor> outputs =
        shaped.outputs().stream().map(t -> Tensor.allocate(t.dtype(), t.shape())).toList();
    execute(given, shaped.schedule(), inputs, outputs);
    return outputs;
  }

  @Override
  public void run(List<Tensor> inputs, List<Tensor> outputs) {
    List<TensorType> given = TensorType.of(inputs);
    Shaped shaped = shapes.of(given);
    if (!shaped.outputs().equals(TensorType.of(outputs))) {
      throw new InputException(
          "the graph gives "
              + shaped.outputs()
              + ", the tensors for it are "
              + TensorType.of(outputs));
    }
    execute(given, shaped.schedule(), inputs, outputs);
  }

  /** {@inheritDoc} Of a batch that is divided, of its first part on one thread. */
  @Override
  public List<StepTime> profile(List<Tensor> inputs, int runs) {
    List<TensorType> given = TensorType.of(inputs);
    Shaped shaped = shapes.of(given);
    Schedule schedule = shaped.schedule();
    boolean divided = schedule.perPart() < schedule.samples();
    List<Tensor> outputs = run(inputs);
    Batch batch = new Batch(inputs, outputs, schedule.samples(), schedule.perPart());
    Key key = new Key(given, inputs.stream().allMatch(Finiteness::isFinite));
    Key own = divided ? key.withSamples(schedule.perPart()) : key;
    enter();
    OpenMp.single();
    PlanPool pool = pin(own);
    PlanPool.Entry entry = pool.take();
    try {
      Stopwatch watch = new Stopwatch(runs, pool.plan().steps().size());
      for (int i = 0; i < runs; i++) {
        watch.nextRun();
        if (divided) {
          entry.workspace().attach(batch.inputs(0), batch.outputs(0));
          entry.workspace().runAlone(watch);
        } else {
          entry.workspace().attach(inputs, outputs);
          entry.run().run(watch);
        }
      }
      return pool.plan().times(graph, own.types(), watch::seconds);
    } finally {
      pool.giveBack(entry);
      pool.unpin();
      OpenMp.restore();
      leave();
      outputs.forEach(Tensor::close);
    }
  }

  private Shaped shaped(List<TensorType> given) {
    graph.requireInputs(given);
    return new Shaped(graph.infer(given), Schedule.of(graph, independent, given));
  }

  private void execute(
      List<TensorType> types, Schedule schedule, List<Tensor> inputs, List<Tensor> outputs) {
    enter();
    OpenMp.single();
    try {
      Key key = new Key(types, inputs.stream().allMatch(Finiteness::isFinite));
      if (schedule.perPart() == schedule.samples()) {
        whole(key, inputs, outputs);
      } else {
        parts(key, new Batch(inputs, outputs, schedule.samples(), schedule.perPart()));
      }
    } finally {
      OpenMp.restore();
      leave();
      Reference.reachabilityFence(inputs);
      Reference.reachabilityFence(outputs);
    }
  }

  /** As many parts as keep all threads busy run side by side, the others by all threads. */
  private void parts(Key key, Batch batch) {
    PlanPool pool = pin(key.withSamples(batch.perPart()));
    try {
      int aside = aside(batch.parts(), pool.plan().mostTiles());
      if (aside > 0) {
        new SplitRun(pool, batch, aside, threads).run();
      }
      for (int part = aside; part < batch.parts(); part++) {
        shared(pool, batch.inputs(part), batch.outputs(part));
      }
    } finally {
      pool.unpin();
    }
    Batch rest = batch.rest();
    if (rest.samples() > 0) {
      whole(key.withSamples(rest.samples()), rest.inputs(), rest.outputs());
    }
  }

  /** How many parts are run by a thread each: those left over as well if few can share one. */
  private int aside(int parts, int mostTiles) {
    if (threads == 1) {
      return 0;
    }
    int left = parts % threads;
    return left > Math.max(1, mostTiles) ? parts : parts - left;
  }

  private void whole(Key key, List<Tensor> inputs, List<Tensor> outputs) {
    PlanPool pool = pin(key);
    try {
      shared(pool, inputs, outputs);
    } finally {
      pool.unpin();
    }
  }

  private static void shared(PlanPool pool, List<Tensor> inputs, List<Tensor> outputs) {
    PlanPool.Entry entry = pool.take();
    try {
      entry.workspace().attach(inputs, outputs);
      entry.run().run();
    } finally {
      pool.giveBack(entry);
    }
  }

  /** The plan for these inputs, kept alive for the caller. */
  private synchronized PlanPool pin(Key key) {
    PlanPool pool = pools.get(key);
    if (pool == null) {
      Plan plan = Planner.plan(graph, key.types(), key.finite(), weights);
      placement = plan.placement(graph, engine);
      int workspaces = Math.max(threads, Runtime.getRuntime().availableProcessors());
      pool = new PlanPool(plan, threads, workspaces);
      pools.put(key, pool);
      evict();
    }
    pool.pin();
    return pool;
  }

  private void evict() {
    Iterator<PlanPool> eldest = pools.values().iterator();
    while (pools.size() > MOST_PLANS) {
      eldest.next().retire();
      eldest.remove();
    }
  }

  private synchronized void enter() {
    if (closed) {
      throw new IllegalStateException("this executable is closed");
    }
    running++;
  }

  private synchronized void leave() {
    running--;
    freeIfDone();
  }

  /** {@inheritDoc} As of the plan made last; empty before the first run. */
  @Override
  public synchronized Map<Node, String> placement() {
    return placement;
  }

  @Override
  public synchronized void close() {
    closed = true;
    freeIfDone();
  }

  private void freeIfDone() {
    if (closed && running == 0) {
      pools.values().forEach(PlanPool::retire);
      pools.clear();
      weights.close();
    }
  }
}
