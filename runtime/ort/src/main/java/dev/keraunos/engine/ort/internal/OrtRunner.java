package dev.keraunos.engine.ort.internal;

import dev.keraunos.error.InputException;
import dev.keraunos.onnx.internal.OnnxRunner;
import dev.keraunos.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs files in ONNX Runtime. */
public final class OrtRunner implements OnnxRunner {
  @Override
  public String description() {
    return OrtSession.version();
  }

  @Override
  public Map<String, Tensor> run(Path file, Map<String, Tensor> inputs) {
    try (OrtSession session = OrtSession.open(file, Runtime.getRuntime().availableProcessors())) {
      List<Tensor> ordered = new ArrayList<>();
      for (String name : session.inputs()) {
        if (!inputs.containsKey(name)) {
          throw new InputException(
              "'"
                  + file
                  + "' takes the inputs "
                  + session.inputs()
                  + ", given are "
                  + inputs.keySet());
        }
        ordered.add(inputs.get(name));
      }
      List<Tensor> results = session.run(ordered);
      Map<String, Tensor> named = new LinkedHashMap<>();
      session.outputs().forEach(name -> named.put(name, results.get(named.size())));
      return named;
    }
  }
}
