package dev.keraunos.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keraunos.keras.UnknownNameException;
import dev.keraunos.loss.registry.LossRegistry;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How saved names find what is registered. */
class LossRegistryTest {
  private static final Loss MINE = (yTrue, yPred) -> yPred;

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"my_loss\"",
        "\"pack>my_loss\"",
        "{\"class_name\": \"MyLoss\", \"config\": {}}",
        "{\"class_name\": \"pack>MyLoss\", \"config\": {\"reduction\": \"auto\"}}",
        "{\"class_name\": \"function\", \"config\": \"my_loss\", \"registered_name\":"
            + " \"function\"}",
        "{\"class_name\": \"LossFunctionWrapper\", \"config\": {\"fn\": \"my_loss\"}}",
        "{\"module\": \"a\", \"class_name\": \"X\", \"config\": {}, \"registered_name\":"
            + " \"p>MyLoss\"}"
      })
  void findsALossUnderEverySpellingOfItsName(String saved) {
    LossRegistry registry = LossRegistry.builder().loss("my_loss", MINE).build();
    assertSame(MINE, registry.loss(json(saved)));
  }

  @Test
  void handsTheSavedConfigToTheFactory() {
    LossRegistry registry =
        LossRegistry.builder()
            .loss("Scaled", config -> config.get("factor").integer() == 3 ? MINE : null)
            .build();
    assertSame(
        MINE, registry.loss(json("{\"class_name\": \"Scaled\", \"config\": {\"factor\": 3}}")));
  }

  @Test
  void anUnknownNameSaysWhatToDo() {
    UnknownNameException e =
        assertThrows(
            UnknownNameException.class,
            () -> LossRegistry.standard().loss(json("\"mean_squared_eror\"")));
    assertEquals("loss", e.kind());
    assertEquals("mean_squared_eror", e.name());
    assertEquals("mean_squared_error", e.nearest().get(0));
    assertTrue(e.getMessage().contains("LossRegistry.builder().loss(\"mean_squared_eror\""));
  }

  @Test
  void aFunctionNamedLikeAnotherSpellingOfAClassIsNotTheClass() {
    assertThrows(
        UnknownNameException.class, () -> LossRegistry.standard().metric(json("\"mean_iou\"")));
  }

  @Test
  void builtInsCanBeOverridden() {
    LossRegistry registry = LossRegistry.builder().loss("mse", MINE).build();
    assertSame(MINE, registry.loss(json("\"mse\"")));
    assertEquals(Optional.of("the caller"), registry.origin(json("\"mse\"")));
    assertEquals(Optional.empty(), registry.origin(json("\"mae\"")));
  }

  @Test
  void providersAreFoundOnTheClassPath() {
    LossRegistry registry = LossRegistry.builder().providers(getClass().getClassLoader()).build();
    JsonNode saved = json("\"weighted_bce_dice\"");
    assertFalse(registry.origin(saved).isEmpty());
    assertEquals("weighted_bce_dice", registry.canonicalName(saved));
  }

  @Test
  void canonicalNamesAreThoseOfTheFunctions() {
    assertEquals("mean_squared_error", LossRegistry.standard().canonicalName(json("\"mse\"")));
    assertEquals("own", LossRegistry.standard().canonicalName(json("\"own\"")));
  }
}
