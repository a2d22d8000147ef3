package dev.keraunos.hub.internal.layers;

import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import java.util.List;

/** The rotations of language models, by what the configs of their decoders say. */
final class Ropes {
  private Ropes() {}

  static Rope of(Config config) {
    double wave = config.get("rope_max_wavelength").number(10000);
    double scaling = config.get("rope_scaling_factor").number(1);
    return switch (config.get("rope").text("linear")) {
      case "llama" -> llama(config, wave);
      case "su" -> su(config, wave);
      case "yarn" -> Rope.yarn(wave, scaling, false);
      default -> Rope.linear(wave, scaling);
    };
  }

  /** Long waves stretched, LlamaRotaryEmbedding of llama_rotary_embedding.py. */
  private static Rope llama(Config config, double wave) {
    Setting low = config.get("rope_low_freq_factor");
    double adjustment = config.get("rope_frequency_adjustment_factor").number(1);
    double high = config.get("rope_high_freq_factor").number(1);
    double length = config.get("rope_pretraining_sequence_length").number(1);
    return new Rope(
        features -> {
          float[] inverse = Rope.divided(wave, features);
          for (int i = 0; i < inverse.length && !low.isNull(); i++) {
            inverse[i] = stretched(inverse[i], (float) adjustment, low.number(), high, length);
          }
          return inverse;
        },
        1);
  }

  private static float stretched(
      float inverse, float adjustment, double low, double high, double length) {
    float wave = (float) (2 * Math.PI) / inverse;
    float adjusted = wave > length / low ? inverse / adjustment : inverse;
    if (wave < length / high || wave > length / low) {
      return adjusted;
    }
    float smooth = (float) ((length / wave - low) / (high - low));
    return (1 - smooth) * (adjusted / adjustment) + smooth * adjusted;
  }

  /** Each frequency divided by a factor of its own, Phi3SuScaledRotaryEmbedding. */
  private static Rope su(Config config, double wave) {
    double length = config.get("max_sequence_length").number();
    double trained = config.get("pretraining_sequence_length").number();
    double growth = length / trained;
    double factor = growth <= 1 ? 1 : Math.sqrt(1 + Math.log(growth) / Math.log(trained));
    return new Rope(
        divided(config, "rope_scaling_short_factor", wave),
        factor,
        (int) trained,
        divided(config, "rope_scaling_long_factor", wave));
  }

  private static Rope.Frequencies divided(Config config, String key, double wave) {
    List<Setting> factors = config.get(key).list();
    return features -> {
      float[] inverse = Rope.plain(wave, features, features);
      if (factors.size() != inverse.length) {
        throw config.get(key).unexpected("a list of " + inverse.length + " numbers");
      }
      for (int i = 0; i < inverse.length; i++) {
        inverse[i] /= (float) factors.get(i).number();
      }
      return inverse;
    };
  }
}
