package dev.keraunos.graph.internal.pass;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.graph.Graph;
import dev.keraunos.graph.GraphBuilder;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.TensorType;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PassTest {
  private static Graph graph() {
    GraphBuilder builder = new GraphBuilder();
    Value x = builder.input("x", new TensorType(DType.FLOAT32, Shape.of(2)));
    return builder.build(Map.of("y", Ops.relu(x)));
  }

  @Test
  void aPassThatBreaksTheGraphIsNamed() {
    Graph graph = graph();
    Pass renaming = new Pass("rename", g -> g.select(Map.of("z", g.outputs().get("y"))));
    Pass failing =
        new Pass(
            "fail",
            g -> {
              throw new IllegalStateException("out of ideas");
            });
    for (Pass pass : List.of(renaming, failing)) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> Passes.apply(pass, graph));
      assertTrue(e.getMessage().contains("'" + pass.name() + "'"), e.getMessage());
    }
  }
}
