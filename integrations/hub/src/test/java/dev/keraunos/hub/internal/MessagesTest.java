package dev.keraunos.hub.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.KerasModel;
import dev.keraunos.error.KeraunosException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file of another version says so in one sentence. */
class MessagesTest {
  private static final Path CASES = Path.of("src/test/cases/keras3/hub");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"num_segments\": 3 | \"num_segments\": 3, \"position_type\": \"rotary\" | bert_backbone:"
            + " found the argument 'position_type' = \"rotary\"; allowed: the arguments of"
            + " BertBackbone in KerasHub 0.33. Save the model with that version, or give a Keraunos"
            + " that knows the newer one.",
        "\"num_heads\": 2, | `` | bert_backbone: found no 'num_heads'; allowed: a whole number.",
        "\"intermediate_dim\": 12 | \"intermediate_dim\": 11 |"
            + " transformer_layer_0._feedforward_intermediate_dense: found variable 'kernel' of"
            + " shape (8, 12); allowed: the shape (8, 11) that the config and the input (?, ?, 8)"
            + " ask for. The weights belong to another model, or the file is damaged.",
        "\"num_heads\": 2 | \"num_heads\": 4 |"
            + " transformer_layer_0._self_attention_layer.query_dense: found a kernel for 2 heads"
            + " of 4 features; allowed: 4 heads of 2 features, as the config has them. The weights"
            + " belong to another model, or the file is damaged.",
        "BertBackbone | BrtBackbone | bert_backbone (BrtBackbone): class 'keras_hub>BrtBackbone' is"
            + " none of those that are known of keras_hub; nearest names: BartBackbone,"
            + " BertBackbone, MiTBackbone. Give the version of Keraunos that knows it, or register"
            + " a lowering for it"
      })
  void says(String found, String replaced, String expected) throws IOException {
    byte[] changed = changed("bert.keras", found, replaced);
    KeraunosException e = assertThrows(KeraunosException.class, () -> KerasModel.load(changed));
    assertEquals(
        expected, e.getMessage().replace("1 part of the model is not supported:", "").strip());
  }

  /** Which layers inside a block are quantized how, only their names would tell. */
  @Test
  void quantizedBlocksHaveOneMode() throws IOException {
    String first =
        "\"transformer_layer_0/feedforward_output_dense\": {\"module\": \"keras.dtype_policies\","
            + " \"class_name\": \"QuantizedDTypePolicy\", \"config\": {\"mode\": ";
    byte[] changed = changed("bert_int8.keras", first + "\"int8\"", first + "\"float8\"");
    String refused =
        assertThrows(KeraunosException.class, () -> KerasModel.load(changed)).getMessage();
    assertTrue(refused.contains("bert_backbone/transformer_layer_0 (TransformerEncoder)"), refused);
    assertTrue(refused.contains("types float8_from_float32, int8_from_float32; beside"), refused);
  }

  private static byte[] changed(String model, String found, String replaced) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipFile file = new ZipFile(CASES.resolve(model).toFile());
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Enumeration<? extends ZipEntry> all = file.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        byte[] content = file.getInputStream(entry).readAllBytes();
        if (entry.getName().equals("config.json")) {
          String config = new String(content, StandardCharsets.UTF_8);
          content =
              config
                  .replace(found, replaced == null ? "" : replaced)
                  .getBytes(StandardCharsets.UTF_8);
        }
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(content);
      }
    }
    return bytes.toByteArray();
  }
}
