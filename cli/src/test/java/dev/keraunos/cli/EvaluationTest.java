package dev.keraunos.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Tensor;
import dev.keraunos.testing.Npz;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What evaluate and explain-loss have in common. */
class EvaluationTest {
  private static final Path UNET = Cli.CASES.resolve("reference/unet.h5");
  private static final Path UNET_DATA = Cli.CASES.resolve("reference/unet.npz");

  private static final String LAMBDA = "--lambda=lambda_1=x / 255";

  @TempDir Path folder;

  private static Cli run(String command, String... options) {
    List<Object> arguments = new ArrayList<>(List.of(command, UNET, UNET_DATA, Cli.EXAMPLE));
    arguments.addAll(List.of(options));
    return Cli.run(arguments.toArray()).fine();
  }

  @Test
  void aFixtureBringsItsBatchSizeAndLambdas() {
    String alone = run("evaluate", "--json", "-").out();
    assertEquals(alone, run("evaluate", "--json", "-", "--batch-size", "3").out());
  }

  @Test
  void progressIsShownWhereItIsAskedFor() {
    Cli run = run("evaluate", "--progress");
    assertTrue(run.err().contains("\r3 of 8 samples"), run.err());
    assertTrue(run.err().endsWith("\r"), run.err());
    assertEquals(run.out(), run("evaluate", "--no-progress").out());
    assertEquals("", run("explain-loss").err());
  }

  @Test
  void arraysOfDifferentLengthAreRefused() {
    Path file = folder.resolve("data.npz");
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    arrays.put("x", Tensor.zeros(DType.FLOAT32, 3, 32, 32, 3));
    arrays.put("y", Tensor.zeros(DType.FLOAT32, 4, 32, 32, 5));
    Npz.write(file, arrays);
    Cli.run("evaluate", UNET, file, LAMBDA, Cli.EXAMPLE)
        .refused("y", "(4, 32, 32, 5)", "3 samples");
    Cli.run("evaluate", UNET, "none.npz", LAMBDA, Cli.EXAMPLE).refused("none.npz", "no such file");
  }

  /** No class on the class path stands in for a loss that a file names. */
  @Test
  void aLossThatNobodyGivesIsAskedFor() {
    String metric = "--loss 'mean_iou=JAR!CLASS'";
    Cli.run("evaluate", UNET, UNET_DATA).refused("metric 'mean_iou'", metric);
    Cli.run("explain-loss", UNET, UNET_DATA).refused("metric 'mean_iou'", metric);
    Cli verify = Cli.run("verify", UNET, UNET_DATA);
    assertEquals(1, verify.code(), verify.err());
    assertTrue(verify.out().contains("--loss 'weighted_bce_dice=JAR!CLASS'"), verify.out());
    assertTrue(verify.out().contains(metric), verify.out());
    Cli.run("verify", UNET, UNET_DATA, Cli.EXAMPLE).fine();
    Cli.run("predict", UNET, UNET_DATA, "-o", folder.resolve("out.npz"), LAMBDA).fine();
  }

  /** The README's first command and what it says of it. */
  @Test
  void theFirstLineSaysWhichClassTheLossHides() throws Exception {
    Path root = Path.of("..");
    String readme = Files.readString(root.resolve("README.md"));
    String line =
        readme.lines().filter(l -> l.startsWith("    ./keraunos explain-loss")).findFirst().get();
    String[] words = line.strip().split(" ", -1);
    Path page = folder.resolve("page.html");
    Cli run =
        Cli.run(words[1], root.resolve(words[2]), root.resolve(words[3]), "--html", page).fine();
    String first =
        run.out()
            .lines()
            .takeWhile(text -> !text.startsWith("loss "))
            .collect(Collectors.joining(" "));
    assertTrue(readme.replaceAll("\\R(> )?", " ").contains(first), first);
    assertTrue(first.startsWith("Class 4 has IoU 23 %, the others 98 to 99.9 %."), first);
    assertTrue(first.endsWith("cannot show it."), first);
    String html = Files.readString(page);
    String body = html.substring(html.indexOf("<body>"));
    assertTrue(body.startsWith("<body><div class=\"headline\"><p>" + first), body);
  }

  @Test
  void theFirstLineIsTheLossWhereNothingIsToSay() {
    Path model = Cli.CASES.resolve("keras3/questions/healthy_classes.keras");
    Path data = Cli.CASES.resolve("keras3/questions/healthy_classes.npz");
    String out = Cli.run("explain-loss", model, data).fine().out();
    assertTrue(out.startsWith("loss "), out);
  }
}
