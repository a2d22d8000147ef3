package dev.keraunos.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lambda layers that are computed as they are decoded. */
class AcceptLambdaTest {
  private static final Path MODEL = Cli.CASES.resolve("keras2.2.4/lambdas/stored.h5");
  private static final Path DATA = Cli.CASES.resolve("keras2.2.4/lambdas/stored.npz");

  @TempDir Path folder;

  @Test
  void isAnOptionOfCommandsThatLoad() {
    Path out = folder.resolve("out.npz");
    Cli.run("predict", MODEL, DATA, "-o", out)
        .refused("`lambda x: x / 255`", "--accept-lambda", "--lambda l_scale='x / 255'");
    Cli.run("predict", MODEL, DATA, "-o", out, "--accept-lambda").fine();
    Cli.run("inspect", MODEL, "--accept-lambda").fine();
  }

  @Test
  void aFixtureMaySaySo() {
    Cli.run("verify", MODEL, DATA).fine();
    Cli.run("verify", MODEL, DATA, "--accept-lambda").fine();
  }
}
