package dev.keraunos.loss.internal.check;

import dev.keraunos.engine.Executable;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Graph;
import dev.keraunos.graph.TensorType;
import dev.keraunos.loss.internal.check.LossRecording.Case;
import dev.keraunos.loss.internal.check.LossRecording.Kind;
import dev.keraunos.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says why a port differs where trying it out leaves no doubt. */
final class Hints {
  private static final int SHOWN = 3;

  private final Run run;
  private final Case smallest;
  private final Map<String, Graph> graphs = new HashMap<>();

  Hints(Run run, Case smallest) {
    this.run = run;
    this.smallest = smallest;
  }

  /** Changes that reproduce all scores recorded; else what all scores have in common. */
  List<String> found() {
    Graph whole = graph(run.recording().whole());
    int rank = run.recording().whole().scores().orElseThrow().shape().rank();
    List<Case> cases = new ArrayList<>(List.of(smallest));
    run.recording().cases().stream()
        .filter(c -> c.scores().isPresent() && !c.equals(smallest) && run.scores(c).isPresent())
        .forEach(cases::add);
    Set<String> all = new LinkedHashSet<>();
    Set<String> most = new LinkedHashSet<>();
    for (Repairs.Repair repair : Repairs.of(whole, rank)) {
      if (all.size() < SHOWN && reproduces(repair, cases.subList(0, 1))) {
        if (reproduces(repair, cases)) {
          all.add(repair.what() + " (this change reproduces every recorded score)");
        } else if (reproduces(repair, moderate(cases))) {
          most.add(repair.what() + " (this change reproduces every score but those at the limits)");
        }
      }
    }
    return List.copyOf(!all.isEmpty() ? all : !most.isEmpty() ? most : Patterns.of(run));
  }

  private static List<Case> moderate(List<Case> cases) {
    return cases.stream().filter(c -> c.kind() != Kind.EXTREME).toList();
  }

  private Graph graph(Case recorded) {
    return graphs.computeIfAbsent(
        recorded.name(),
        name ->
            run.function().graph(TensorType.of(recorded.yTrue()), TensorType.of(recorded.yPred())));
  }

  /** A change may make a graph that no engine takes: then it is none. */
  private boolean reproduces(Repairs.Repair repair, List<Case> cases) {
    try {
      for (Case recorded : cases) {
        Graph changed = repair.change().apply(graph(recorded));
        try (Executable executable = run.engine().compile(changed, 1);
            Tensor found = executable.run(List.of(recorded.yTrue(), recorded.yPred())).get(0)) {
          if (!matches(found, recorded.scores().orElseThrow())) {
            return false;
          }
        }
      }
      return !cases.isEmpty();
    } catch (KeraunosException e) {
      return false;
    }
  }

  /** The same numbers; a scalar may stand in every place. */
  private boolean matches(Tensor found, Tensor recorded) {
    if (recorded.shape().rank() > 0 || found.shape().rank() == 0) {
      return Compared.of(found, recorded, run.closeness()).ok();
    }
    Tensor spread = Tensor.allocate(recorded.dtype(), found.shape());
    for (long i = 0; i < spread.size(); i++) {
      spread.setDouble(i, recorded.getDouble(0));
    }
    return Compared.of(found, spread, run.closeness()).ok();
  }
}
