package example;

import dev.keraunos.BatchingPredictor;
import dev.keraunos.KerasModel;
import java.nio.file.Path;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A model and its predictor as beans; prints the engine that predicted. */
@SpringBootApplication
public class Application {
  public static void main(String[] arguments) {
    SpringApplication.run(Application.class, arguments).close();
  }

  @Bean(destroyMethod = "close")
  KerasModel model() {
    return KerasModel.loader().requireNative().load(Path.of("model.h5"));
  }

  @Bean(destroyMethod = "close")
  BatchingPredictor predictor(KerasModel model) {
    return BatchingPredictor.builder(model).build();
  }

  @Bean
  CommandLineRunner predict(KerasModel model, BatchingPredictor predictor) {
    return arguments -> {
      predictor.submit(new float[9 * 2]).get();
      System.out.println(model.engine());
    };
  }
}
