package dev.keraunos.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keraunos.error.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which rules a version follows. */
class DialectTest {
  @ParameterizedTest
  @CsvSource({
    "1.0.8, P10",
    "1.2.2, P12",
    "2.0.6, P20",
    "2.0.7, P21",
    "2.2.4, P21",
    "2.2.5, P225",
    "2.3.1, P23",
    "2.1.6-tf, T112",
    "2.2.4-tf, TV1",
    "2.3.0-tf, T26",
    "2.4.0, T26",
    "2.9.0, T26",
    "2.10.0, T210",
    "2.15.0, T211",
    "2.21.0, T211",
    "3.1.1, K30",
    "3.2.0, K32",
    "3.6.0, K35",
    "3.11.3, K37",
    "3.12.0, K312",
    "3.13.2, K313",
    "3.14.0, K314",
    "3.15.1, K315",
    "3.16.0-dev, K315"
  })
  void profileOfAVersion(String version, Profile profile) {
    assertEquals(profile, Dialect.of(version, null).profile());
  }

  @Test
  void whatAUserAsksFor() {
    assertEquals(Backend.JAX, Dialect.parse("3.15.1:jax").backend());
    assertEquals(Backend.TENSORFLOW, Dialect.parse("2.2.4").backend());
    assertEquals(Profile.TV1, Dialect.parse("2.15.0-v1").profile());
    for (String none : new String[] {"newest", "3.15.1:mxnet", "", "1.3", "2.22", "3.16", "9.9"}) {
      assertThrows(InputException.class, () -> Dialect.parse(none), none);
    }
  }
}
