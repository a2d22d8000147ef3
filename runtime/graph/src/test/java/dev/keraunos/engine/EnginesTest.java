package dev.keraunos.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keraunos.engine.internal.reference.ReferenceEngine;
import dev.keraunos.error.KeraunosException;
import dev.keraunos.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class EnginesTest {
  /** An engine that runs nothing. */
  private record Stub(String name, int priority, Optional<String> unavailable) implements Engine {
    @Override
    public String description() {
      return name;
    }

    @Override
    public Executable compile(Graph graph, int threads) {
      throw new UnsupportedOperationException();
    }
  }

  private static final Engine PLAIN = new ReferenceEngine();

  private static Engine broken(String reason) {
    return new Stub("stub", 1, Optional.of(reason));
  }

  private static List<LogRecord> logged(Runnable code) {
    List<LogRecord> records = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            records.add(record);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(Engines.class.getName());
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
    try {
      code.run();
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
    return records;
  }

  @Test
  void warnsOnceWhyPlainJavaRuns() {
    List<Engine> engines = List.of(broken("no library here"), PLAIN);
    List<LogRecord> records =
        logged(
            () -> {
              assertEquals(PLAIN, Engines.preferred(engines));
              assertEquals(PLAIN, Engines.preferred(engines));
            });
    assertEquals(1, records.size());
    assertEquals(Level.WARNING, records.get(0).getLevel());
    assertTrue(records.get(0).getMessage().contains("no library here"));
  }

  @Test
  void warnsWhereThereIsNoNativeEngineAtAll() {
    List<LogRecord> records = logged(() -> Engines.preferred(List.of(PLAIN)));
    assertTrue(records.get(0).getMessage().contains("keraunos-onednn"));
  }

  @Test
  void isSilentWhereANativeEngineRuns() {
    Engine fast = new Stub("fast", 1, Optional.empty());
    List<Engine> engines = List.of(broken("not this one"), fast, PLAIN);
    assertEquals(List.of(), logged(() -> assertEquals(fast, Engines.preferred(engines))));
    assertEquals(fast, Engines.preferredNative(engines));
  }

  @Test
  void requiringANativeEngineFailsWithTheReason() {
    List<Engine> engines = List.of(broken("no library there"), PLAIN);
    List<LogRecord> records =
        logged(
            () -> {
              KeraunosException refused =
                  assertThrows(KeraunosException.class, () -> Engines.preferredNative(engines));
              assertTrue(refused.getMessage().contains("no library there"), refused.getMessage());
            });
    assertEquals(List.of(), records);
  }

  @Test
  void printsAsItsName() {
    assertEquals(Engines.PLAIN_JAVA, PLAIN.toString());
  }
}
