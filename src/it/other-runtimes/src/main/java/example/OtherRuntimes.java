package example;

import dev.keraunos.KerasModel;
import dev.keraunos.dl4j.KeraunosNetwork;
import dev.keraunos.images.Application;
import dev.keraunos.images.Images;
import dev.keraunos.images.Picture;
import dev.keraunos.images.Resampling;
import dev.keraunos.onnx.OnnxExport;
import dev.keraunos.text.KerasTokenizer;
import dev.keraunos.text.PadSequences;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One model on every engine, as an ONNX file, and behind Deeplearning4j's method names; a picture
 * and a text as its inputs.
 */
public final class OtherRuntimes {
  private static final Path MODEL = Path.of("model.h5");
  private static final double CLOSE = 1e-5;
  private static final String TOKENIZER =
      """
      {"class_name": "Tokenizer", "config": {"lower": true, "split": " ", "filters": ",.",
       "word_index": "{\\"to\\": 1, \\"be\\": 2}", "index_word": "{\\"1\\": \\"to\\", \\"2\\": \\"be\\"}",
       "word_counts": "{}", "index_docs": "{}"}}
      """;

  private OtherRuntimes() {}

  public static void main(String[] arguments) throws Exception {
    float[] values = new float[9 * 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i % 5 - 2) / 3f;
    }
    float[] expected = predict("onednn", values);
    requireClose(expected, predict("ort", values));
    requireClose(expected, predict("nd4j", values));
    try (KeraunosNetwork network = KeraunosNetwork.load(MODEL)) {
      Path onnx = Path.of("target/model.onnx");
      OnnxExport.of(network.model()).write(onnx);
      if (Files.size(onnx) == 0) {
        throw new IllegalStateException("the ONNX file is empty");
      }
      INDArray features = Nd4j.create(values, new long[] {1, 9, 2}, 'c');
      requireClose(expected, network.output(features).ravel().toFloatVector());
    }
    prepareInputs();
    Files.writeString(Path.of("target/done.txt"), expected.length + " numbers");
  }

  private static void prepareInputs() throws Exception {
    BufferedImage white = new BufferedImage(4, 3, BufferedImage.TYPE_INT_RGB);
    white.createGraphics().fillRect(0, 0, 4, 3);
    ImageIO.write(white, "png", new File("target/white.png"));
    Picture picture = Images.read(Path.of("target/white.png")).resize(2, 1, Resampling.BICUBIC);
    requireClose(new float[] {1, 1, 1, 1, 1, 1}, picture.preprocess(Application.XCEPTION).toArray());
    KerasTokenizer tokenizer = KerasTokenizer.parse(TOKENIZER);
    List<int[]> words = tokenizer.textsToSequences(List.of("To be, or not to be"));
    requireClose(new float[] {0, 1, 2, 1, 2}, PadSequences.to(5).pad(words).toFloatArray());
  }

  private static float[] predict(String engine, float[] values) {
    try (KerasModel model = KerasModel.loader().engine(engine).load(MODEL)) {
      return model.predict(values);
    }
  }

  private static void requireClose(float[] expected, float[] found) {
    for (int i = 0; i < expected.length; i++) {
      if (found.length != expected.length || Math.abs(found[i] - expected[i]) > CLOSE) {
        throw new IllegalStateException(Arrays.toString(expected) + Arrays.toString(found));
      }
    }
  }
}
