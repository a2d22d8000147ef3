package dev.keraunos.keras.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.keras.internal.config.DTypePolicy;
import dev.keraunos.keras.internal.config.Quantization;
import dev.keraunos.keras.internal.config.Quantization.Mode;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The names of quantizations, and the policies of layers by path. */
class QuantizationTest {
  @Test
  void namesTellBitsAndBlocks() {
    assertEquals(Optional.of(new Quantization(Mode.INT8, 8, 0)), Quantization.of("int8"));
    assertEquals(Optional.of(new Quantization(Mode.INT4, 4, 0)), Quantization.of("int4"));
    assertEquals(Optional.of(new Quantization(Mode.INT4, 4, 0)), Quantization.of("int4/-1"));
    assertEquals(Optional.of(new Quantization(Mode.INT4, 4, 128)), Quantization.of("int4/128"));
    assertEquals(Optional.of(new Quantization(Mode.FLOAT8, 8, 0)), Quantization.of("float8"));
    assertEquals(Optional.of(new Quantization(Mode.GPTQ, 3, 32)), Quantization.of("gptq/3/32"));
    assertEquals(Optional.of(new Quantization(Mode.AWQ, 4, 0)), Quantization.of("awq/4/-1"));
    for (String name : new String[] {"", "int2", "int4/0", "int4/x", "gptq/5/2", "awq/8/2"}) {
      assertEquals(Optional.empty(), Quantization.of(name), name);
    }
  }

  @Test
  void mapsChooseByPath() throws IOException {
    JsonNode map =
        new ObjectMapper()
            .readTree(
                """
                {"class_name": "DTypePolicyMap", "config": {"default_policy": "mixed_bfloat16",
                 "policy_map": {
                  "heads/query": {"class_name": "QuantizedDTypePolicy",
                                  "config": {"mode": "int8", "source_name": "float32"}},
                  ".*/(key|value)": {"class_name": "Int4DTypePolicy",
                                     "config": {"mode": "int4/4", "source_name": null}},
                  "a[b": "float16"}}}
                """);
    assertEquals("int8", DTypePolicy.read(map, "model/heads.query").quantization());
    assertEquals("int4/4", DTypePolicy.read(map, "heads.key").quantization());
    assertEquals("mixed_bfloat16", DTypePolicy.read(map, "heads").name());
  }
}
