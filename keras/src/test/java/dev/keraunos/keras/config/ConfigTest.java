package dev.keraunos.keras.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.keras.ModelFileException;
import dev.keraunos.keras.internal.config.DTypePolicy;
import dev.keraunos.tensor.DType;
import dev.keraunos.tensor.Shape;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConfigTest {
  private static Config config(String json) {
    try {
      return new Config(new ObjectMapper().readTree(json), "block/dense");
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void namesOfOlderVersionsAreTriedInTurn() {
    assertEquals(3, config("{\"output_dim\": 3}").get("units", "output_dim").integer());
    assertEquals(
        4, config("{\"units\": 4, \"output_dim\": 3}").get("units", "output_dim").integer());
  }

  @Test
  void keysNobodyAskedForAreTold() {
    Config config = config("{\"units\": 3, \"name\": \"a\", \"odd\": 1}");
    config.get("units", "output_dim");
    config.ignore("name");
    assertEquals(Set.of("odd"), config.unread());
  }

  @Test
  void numbersAreReadAsPythonWould() {
    Config config =
        config("{\"axis\": [3], \"k\": 2.0, \"flag\": 1, \"pair\": [1, 2], \"none\": null}");
    assertEquals(3, config.get("axis").integer());
    assertArrayEquals(new int[] {2, 2}, config.get("k").integers(2));
    assertArrayEquals(new int[] {1, 2}, config.get("pair").integers(2));
    assertTrue(config.get("flag").bool());
    assertEquals(7, config.get("none").integer(7));
    assertTrue(config.get("none").isNull());
    assertFalse(config.get("none").isMissing());
  }

  @Test
  void envelopesAreOpened() {
    Config config =
        config(
            "{\"a\": {\"class_name\": \"__tuple__\", \"items\": [1, 2]},"
                + " \"b\": {\"class_name\": \"TensorShape\", \"items\": [null, 4]},"
                + " \"c\": {\"class_name\": \"__numpy__\", \"config\": {\"value\": 5}}}");
    assertArrayEquals(new int[] {1, 2}, config.get("a").integers());
    assertEquals(Shape.of(Shape.UNKNOWN, 4), config.get("b").shape());
    assertEquals(5, config.get("c").integer());
  }

  @Test
  void errorsNameLayerAndKey() {
    ModelFileException error =
        assertThrows(
            ModelFileException.class, () -> config("{\"units\": \"x\"}").get("units").integer());
    assertEquals("block/dense", error.objectPath());
    assertTrue(error.found().contains("units"));
  }

  @Test
  void objectsInEverySpelling() {
    String[] spellings = {
      "\"relu\"",
      "{\"class_name\": \"relu\", \"config\": {}}",
      "{\"module\": \"builtins\", \"class_name\": \"function\", \"config\": \"relu\"}",
      "{\"class_name\": \"mine>relu\", \"config\": {}}",
      "{\"module\": null, \"class_name\": \"relu\", \"config\": {}, \"registered_name\":"
          + " \"p>relu\"}",
      "{\"name\": \"relu\"}"
    };
    for (String spelling : spellings) {
      assertEquals("relu", config("{\"f\": " + spelling + "}").get("f").savedObject().name());
    }
  }

  private static DTypePolicy policy(String json) {
    return DTypePolicy.read(config("{\"dtype\": " + json + "}").get("dtype").json(), "layer");
  }

  @Test
  void dtypePoliciesInEveryForm() {
    assertEquals(DType.FLOAT32, policy("null").compute());
    assertEquals(DType.FLOAT64, policy("\"float64\"").compute());
    for (String className : new String[] {"Policy", "PolicyV1", "DTypePolicy"}) {
      DTypePolicy mixed =
          policy(
              "{\"class_name\": \"" + className + "\", \"config\": {\"name\": \"mixed_float16\"}}");
      assertEquals(DType.FLOAT16, mixed.compute());
      assertEquals(DType.FLOAT32, mixed.variable());
    }
    assertEquals("int8", policy("\"int8_from_float32\"").quantization());
    String map =
        "{\"class_name\": \"DTypePolicyMap\", \"config\": {\"default_policy\":"
            + " \"mixed_bfloat16\"}}";
    assertEquals(DType.BFLOAT16, policy(map).compute());
    assertThrows(ModelFileException.class, () -> policy("\"float7\""));
  }
}
