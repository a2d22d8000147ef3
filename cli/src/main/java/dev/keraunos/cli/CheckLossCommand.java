package dev.keraunos.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.engine.Engine;
import dev.keraunos.engine.Engines;
import dev.keraunos.error.InputException;
import dev.keraunos.fixtures.LossFixture;
import dev.keraunos.keras.UnknownNameException;
import dev.keraunos.loss.Loss;
import dev.keraunos.loss.check.PortReport;
import dev.keraunos.loss.registry.LossRegistry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "check-loss",
    description = "Compares a loss written in Java to what Python recorded of the original.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "MYLOSS is JAR!CLASS or FOLDER!CLASS; a JAR or FOLDER that provides the loss",
      "under the name in the fixture; a class on the class path; a name given by",
      "--loss, or one of Keras' own.",
      "Exit code 1 means that something differs.",
      "",
      "Record the fixture with Python, beside the model's code:",
      "  python fixtures/recorder/record_loss.py my_module:my_loss --out my_loss.npz",
      "",
      "Examples:",
      "  keraunos check-loss 'classes!com.example.MyLoss' my_loss.npz",
      "  keraunos check-loss my_loss my_loss.npz --loss 'my_loss=losses.jar!com.example.MyLoss'",
      "  keraunos check-loss mean_squared_error mse.npz --engine reference --json -"
    })
final class CheckLossCommand implements Callable<Integer> {
  /** The JSON report. */
  record Report(String port, String fixture, boolean ok, PortReport report) {}

  @Spec private CommandSpec spec;
  @Mixin private LossOptions losses;
  @Mixin private JsonOption json;

  @Parameters(index = "0", paramLabel = "MYLOSS", description = "The port.")
  private String port;

  @Parameters(
      index = "1",
      paramLabel = "FIXTURE.npz",
      description = "What record_loss.py recorded of the original.")
  private Path fixture;

  @Override
  public Integer call() {
    json.declare(new Outputs(inputs()));
    PrintWriter out = spec.commandLine().getOut();
    LossFixture recorded = LossFixture.read(fixture);
    recorded = losses.dialect().map(recorded::as).orElse(recorded);
    Engine runs = losses.engine().map(Engines::named).orElseGet(Engines::preferred);
    PortReport report = recorded.check(port(recorded), runs);
    if (!json.takesOutput()) {
      out.print(port + " against " + fixture + ": " + report);
      out.flush();
    }
    json.write(new Report(port, fixture.toString(), report.ok(), report), out);
    return report.ok() ? 0 : 1;
  }

  private List<Path> inputs() {
    List<Path> inputs = new ArrayList<>(losses.files());
    inputs.add(fixture);
    if (UserClass.isSource(port)) {
      UserClass.file(port).ifPresent(inputs::add);
    }
    return inputs;
  }

  private Loss port(LossFixture recorded) {
    LossRegistry.Builder registry = losses.registry();
    JsonNode saved = recorded.saved();
    if (UserClass.isSource(port)) {
      CustomLosses.register(registry, recorded.name(), port, () -> {});
      return provided(registry.build(), saved);
    }
    return named(registry.build(), saved);
  }

  private Loss provided(LossRegistry registry, JsonNode saved) {
    if (registry.origin(saved).isEmpty()) {
      throw new InputException(
          "'"
              + port
              + "' provides no loss '"
              + registry.canonicalName(saved)
              + "': no LossProvider in its META-INF/services registers it; name the class as "
              + port
              + "!CLASS");
    }
    return registry.loss(saved);
  }

  /** The loss of a name, with the settings of the recorded one. */
  private Loss named(LossRegistry registry, JsonNode recorded) {
    ObjectNode saved = JsonNodeFactory.instance.objectNode().put("class_name", port);
    saved.set("config", recorded.path("config"));
    try {
      return registry.loss(saved);
    } catch (UnknownNameException e) {
      throw new InputException(
          "there is no loss '"
              + port
              + "'; nearest names: "
              + String.join(", ", e.nearest())
              + ". A class of your own is JAR!CLASS or FOLDER!CLASS");
    }
  }
}
