package dev.keraunos.hub.internal.layers;

import dev.keraunos.graph.Dim;
import dev.keraunos.graph.Ops;
import dev.keraunos.graph.Range;
import dev.keraunos.graph.Value;
import dev.keraunos.hub.internal.block.Block;
import dev.keraunos.hub.internal.block.Parts;
import dev.keraunos.importer.internal.table.LayerRow;
import dev.keraunos.keras.config.Config;
import dev.keraunos.tensor.DType;
import java.util.List;

/** Feed-forward layers with a gate: one for all tokens, or experts of which each takes the best. */
final class ExpertLayers {
  static final List<LayerRow> ROWS =
      List.of(
          Block.row("MixtralMoeExperts", parts -> {}, ExpertLayers::mixtral)
              .weights("gate", "intermediate", "output"),
          Block.row("QwenMoeExperts", parts -> {}, ExpertLayers::qwen).weights("gate", "output"),
          Block.row("GptOssExperts", parts -> {}, ExpertLayers::oss)
              .weights("gate_up_proj", "gate_up_proj_bias", "down_proj", "down_proj_bias"));

  private ExpertLayers() {}

  /** Which feed-forward layers a decoder has. */
  private static String kind(Config config) {
    return config.get("experts").text("");
  }

  static void forward(Parts parts) {
    Config config = parts.config();
    switch (kind(config)) {
      case "mixtral" -> {
        parts.linear(
            "_sparse_moe_block._sparse_feedforward_gate_dense",
            config.get("num_experts").integer());
        parts.add("_sparse_moe_block.expert_bank", ">MixtralMoeExperts");
      }
      case "qwen" -> {
        parts.linear("mlp._sparse_feedforward_gate_dense", config.get("num_experts").integer());
        parts.add("mlp.expert_bank", ">QwenMoeExperts");
        int shared = config.get("shared_expert_intermediate_dim").integer(0);
        if (shared > 0) {
          gated(parts, "mlp.shared_expert_dense.", shared);
          parts.linear("mlp.shared_expert_gate_dense", 1);
        }
      }
      case "oss" -> {
        parts.dense("sparse_moe_block.router.router_dense", config.get("num_experts").integer());
        parts.add("sparse_moe_block.experts", ">GptOssExperts");
      }
      case "none" -> gated(parts, "mlp.", config.get("intermediate_dim").integer());
      default -> gated(parts, "", config.get("intermediate_dim").integer());
    }
  }

  private static void gated(Parts parts, String prefix, int width) {
    parts
        .linear(prefix + "_feedforward_intermediate_dense", width)
        .linear(prefix + "_feedforward_gate_dense", width)
        .linear(prefix + "_feedforward_output_dense", parts.features());
  }

  static Value forward(Block block, Value x) {
    return switch (kind(block.config())) {
      case "mixtral" -> {
        String at = "_sparse_moe_block.";
        Value routed = routed(block, flat(x), at + "_sparse_feedforward_gate_dense");
        yield unflat(routed(block, flat(x), routed, at + "expert_bank"), x);
      }
      case "qwen" -> qwen(block, x);
      case "oss" -> {
        Value logits = block.apply("sparse_moe_block.router.router_dense", flat(x));
        List<Value> best = Ops.topK(logits, block.integer("top_k"));
        Value routed = spread(block, Ops.softmax(best.get(0), -1), best.get(1));
        yield unflat(routed(block, flat(x), routed, "sparse_moe_block.experts"), x);
      }
      case "none" -> gated(block, "mlp.", x);
      default -> gated(block, "", x);
    };
  }

  private static Value gated(Block block, String prefix, Value x) {
    Value gate = Ops.cast(block.apply(prefix + "_feedforward_gate_dense", x), DType.FLOAT32);
    Value open = Ops.cast(block.activate("activation", gate), block.call().computeType());
    Value inner = Ops.multiply(block.apply(prefix + "_feedforward_intermediate_dense", x), open);
    return block.apply(prefix + "_feedforward_output_dense", inner);
  }

  private static Value qwen(Block block, Value x) {
    Value tokens = flat(x);
    Value routed = routed(block, tokens, "mlp._sparse_feedforward_gate_dense");
    Value mixed = routed(block, tokens, routed, "mlp.expert_bank");
    if (block.config().get("shared_expert_intermediate_dim").integer(0) > 0) {
      Value shared = gated(block, "mlp.shared_expert_dense.", tokens);
      Value gate = Ops.sigmoid(block.apply("mlp.shared_expert_gate_dense", tokens));
      mixed = Ops.add(mixed, Ops.multiply(shared, gate));
    }
    return unflat(mixed, x);
  }

  /** (batch, time, features) as (tokens, features). */
  private static Value flat(Value x) {
    return Ops.reshape(x, -1, x.shape().dim(-1));
  }

  private static Value unflat(Value x, Value like) {
    List<Dim> dims = List.of(new Dim.Same(1, 0), new Dim.Same(1, 1), new Dim.Same(1, 2));
    return Ops.reshape(x, dims, like);
  }

  /** How much of each expert each token takes (tokens, experts): the best by their softmax. */
  private static Value routed(Block block, Value tokens, String router) {
    Value probabilities = Ops.softmax(block.apply(router, tokens), -1);
    List<Value> best = Ops.topK(probabilities, block.integer("top_k"));
    Value shares = best.get(0);
    if (block.config().get("norm_top_k_prob").bool(true)) {
      shares = Ops.divide(shares, Ops.expandDims(Ops.sum(shares, -1), -1));
    }
    return spread(block, shares, best.get(1));
  }

  private static Value spread(Block block, Value shares, Value places) {
    Value chosen = Ops.oneHot(places, block.integer("num_experts"));
    Value each = Ops.multiply(Ops.cast(chosen, shares.dtype()), Ops.expandDims(shares, -1));
    return Ops.sum(each, 1);
  }

  private static Value routed(Block block, Value tokens, Value shares, String experts) {
    Value each = block.apply(experts, tokens);
    Value share = Ops.expandDims(Ops.transpose(Ops.cast(shares, tokens.dtype()), 1, 0), -1);
    return Ops.sum(Ops.multiply(each, share), 0);
  }

  // ---- what all experts make of all tokens (experts, tokens, features)

  private static Value mixtral(Block block) {
    Value x = block.x();
    long width = block.call().dim(x, -1);
    Value gate = Ops.einsum("th,ehm->etm", x, block.weight("gate", -1, width, -1));
    Value open = Ops.cast(Ops.silu(Ops.cast(gate, DType.FLOAT32)), x.dtype());
    Value inner = Ops.einsum("th,ehm->etm", x, block.weight("intermediate", -1, width, -1));
    Value output = block.weight("output", -1, -1, width);
    return Ops.einsum("eti,eih->eth", Ops.multiply(inner, open), output);
  }

  private static Value qwen(Block block) {
    Value x = block.x();
    long width = block.call().dim(x, -1);
    Value both = Ops.einsum("th,ehm->etm", x, block.weight("gate", -1, width, -1));
    List<Value> halves = Ops.split(both, 2, -1);
    Value inner = Ops.multiply(halves.get(1), Ops.silu(halves.get(0)));
    return Ops.einsum("eti,eih->eth", inner, block.weight("output", -1, -1, width));
  }

  private static Value oss(Block block) {
    Value x = block.x();
    long width = block.call().dim(x, -1);
    Value both = Ops.einsum("th,ehm->etm", x, block.weight("gate_up_proj", -1, width, -1));
    both = Ops.add(both, Ops.expandDims(block.weight("gate_up_proj_bias", -1, -1), 1));
    Value gate = Ops.clip(Ops.sliceAxis(both, 2, new Range(0L, null, 2)), -1e9, 7);
    Value up = Ops.clip(Ops.sliceAxis(both, 2, new Range(1L, null, 2)), -7, 7);
    Value open = Ops.multiply(gate, Ops.sigmoid(Ops.multiply(gate, 1.702)));
    Value inner = Ops.multiply(Ops.add(up, 1), open);
    Value output = Ops.einsum("etm,emh->eth", inner, block.weight("down_proj", -1, -1, width));
    return Ops.add(output, Ops.expandDims(block.weight("down_proj_bias", -1, width), 1));
  }
}
