package dev.keraunos.hub.internal.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keraunos.hub.internal.block.Functional;
import dev.keraunos.hub.internal.block.Functional.Layer;
import dev.keraunos.hub.internal.block.Functional.Tensor;
import dev.keraunos.keras.config.Config;
import dev.keraunos.keras.config.Setting;
import java.util.List;
import java.util.Map;

/** Classifiers of images on top of a backbone. */
final class ImageTasks {
  private ImageTasks() {}

  static void register(Map<String, HubModels.Builder> builders) {
    for (String name : List.of("DenseNet", "ResNet", "Xception", "EfficientNet", "CSPNet", "MiT")) {
      builders.put(name + "ImageClassifier", ImageTasks::pooled);
    }
    builders.put("ViTImageClassifier", ImageTasks::vit);
    builders.put("HGNetV2ImageClassifier", ImageTasks::hgnet);
    builders.put("DeiTImageClassifier", ImageTasks::deit);
    builders.put("SegFormerImageSegmenter", ImageTasks::segments);
    builders.put("SwinTransformerImageClassifier", ImageTasks::swin);
    builders.put("MobileNetImageClassifier", ImageTasks::mobile);
    builders.put("VGGImageClassifier", ImageTasks::vgg);
  }

  /** A head in the type of the backbone, or of its own. */
  private record Head(Tasks.Called called, JsonNode dtype) {
    static Head of(Functional task) {
      Tasks.Called called = Tasks.Called.of(task);
      task.config().ignore("dropout");
      JsonNode own = task.config().get("head_dtype").json();
      boolean given = !own.isMissingNode() && !own.isNull();
      return new Head(called, given ? own : called.backbone().dtype());
    }

    Functional task() {
      return called.task();
    }

    Layer layer(String className, String name, Object... settings) {
      Object[] typed = new Object[settings.length + 2];
      typed[0] = "dtype";
      typed[1] = dtype;
      System.arraycopy(settings, 0, typed, 2, settings.length);
      return task().layer(className, name, typed);
    }

    String format() {
      return called.backbone().config().get("data_format").text("channels_last");
    }

    Object[] classes() {
      Config config = task().config();
      return new Object[] {
        "dtype",
        dtype,
        "units",
        config.get("num_classes").integer(),
        "activation",
        config.get("activation").json()
      };
    }

    /** The scores of classes. */
    void scores(Tensor x) {
      Tensor dropped = layer("Dropout", "output_dropout", "rate", 0).of(x);
      task().returns(task().layer("Dense", "predictions", classes()).of(dropped));
    }
  }

  private static String pooler(Config config) {
    String pooling = config.get("pooling").oneOf("avg", "avg", "max");
    return pooling.equals("avg") ? "GlobalAveragePooling2D" : "GlobalMaxPooling2D";
  }

  private static void pooled(Functional task) {
    Head head = Head.of(task);
    Layer pooler = head.layer(pooler(task.config()), "pooler", "data_format", head.format());
    head.scores(pooler.of(head.called().output("")));
  }

  private static void vit(Functional task) {
    Head head = Head.of(task);
    Tensor x = token(task, head);
    int width = task.config().get("intermediate_dim").integer(0);
    if (width > 0) {
      x =
          task.layer(
                  "Dense", "pre_logits", "dtype", "float32", "units", width, "activation", "tanh")
              .of(x);
    }
    head.scores(x);
  }

  private static void deit(Functional task) {
    Head head = Head.of(task);
    Tensor x = token(task, head);
    task.returns(task.layer("Dense", "predictions", head.classes()).of(x));
  }

  private static void hgnet(Functional task) {
    Head head = Head.of(task);
    Config backbone = head.called().backbone().config();
    int count = backbone.get("stackwise_stage_filters").list().size();
    List<Setting> widths = backbone.get("hidden_sizes").list();
    int filters =
        task.config().get("head_filters").integer(widths.get(widths.size() - 1).integer());
    Tensor x =
        head.layer(
                ">HGNetV2ConvLayer",
                "head_last",
                "out_channels",
                filters,
                "kernel_size",
                1,
                "stride",
                1,
                "groups",
                1,
                "activation",
                "relu",
                "use_learnable_affine_block",
                backbone.get("use_learnable_affine_block").bool(false))
            .of(head.called().output("stage" + count));
    String pooler = pooler(task.config());
    String kind = pooler.contains("Average") ? "_avg_pool" : "_max_pool";
    x = head.layer(pooler, task.name() + kind, "data_format", head.format()).of(x);
    x = head.layer("Flatten", task.name() + "_flatten").of(x);
    x = head.layer("Dropout", task.name() + "_output_dropout", "rate", 0).of(x);
    int classes = task.config().get("num_classes").integer();
    Layer last =
        classes > 0
            ? task.layer("Dense", "predictions", head.classes())
            : task.layer("Identity", "predictions");
    task.returns(last.of(x));
  }

  /** The first step of a sequence, or the mean of all. */
  private static Tensor token(Functional task, Head head) {
    Tensor x = head.called().output("");
    return switch (task.config().get("pooling").oneOf("token", "token", "gap")) {
      case "gap" -> task.op("Mean", List.of(x), Map.of(), "axis", List.of(1), "keepdims", false);
      default -> task.op("GetItem", x, List.of(Functional.slice(null, null), 0));
    };
  }

  /** The scores of classes of each pixel. */
  private static void segments(Functional task) {
    Tasks.Called called = Tasks.Called.of(task);
    int[] shape = SegFormerModels.shape(called.backbone());
    Tensor x = task.layer("Dropout", null, "dtype", "float32", "rate", 0).of(called.output(""));
    x =
        task.layer(
                "Conv2D",
                null,
                "dtype",
                "float32",
                "filters",
                task.config().get("num_classes").integer(),
                "kernel_size",
                List.of(1, 1),
                "strides",
                List.of(1, 1),
                "padding",
                "valid")
            .of(x);
    task.returns(SegFormerModels.resized(task, shape[0], shape[1]).of(x));
  }

  private static void swin(Functional task) {
    Head head = Head.of(task);
    task.config().ignore("pooling");
    Tensor x = head.called().output("");
    head.scores(task.op("Mean", List.of(x), Map.of(), "axis", 1, "keepdims", false));
  }

  private static void mobile(Functional task) {
    Head head = Head.of(task);
    task.config().ignore("pooling", "activation");
    Tensor x =
        head.layer("GlobalAveragePooling2D", "pooler", "keepdims", true)
            .of(head.called().output(""));
    x =
        head.layer(
                "Conv2D",
                "classifier_conv",
                "filters",
                task.config().get("num_features").integer(1024),
                "kernel_size",
                List.of(1, 1),
                "strides",
                List.of(1, 1),
                "padding",
                "valid",
                "activation",
                "hard_silu")
            .of(x);
    x = head.layer("Flatten", null).of(x);
    int classes = task.config().get("num_classes").integer();
    task.returns(head.layer("Dense", "predictions", "units", classes).of(x));
  }

  private static void vgg(Functional task) {
    Head head = Head.of(task);
    Config config = task.config();
    int width = config.get("pooling_hidden_dim").integer(4096);
    JsonNode type = head.dtype();
    ObjectNode dropout = Functional.entry("Dropout", "output_dropout", type, "rate", 0);
    ObjectNode last = Functional.entry("Dense", "predictions", type, head.classes());
    Layer classifier;
    if (config.get("pooling").text("avg").equals("flatten")) {
      classifier =
          task.sequential(
              "head",
              Functional.entry("Flatten", "flatten", type),
              dense("fc1", width),
              dropout,
              dense("fc2", width),
              last);
    } else {
      ObjectNode pooler =
          Functional.entry(pooler(config), "pooler", type, "data_format", head.format());
      classifier =
          task.sequential(
              "head",
              conv("fc1", width, 7, "valid"),
              dropout,
              conv("fc2", width, 1, "same"),
              pooler,
              last);
    }
    task.returns(classifier.of(head.called().output("")));
  }

  private static ObjectNode dense(String name, int units) {
    return Functional.entry(
        "Dense", name, Functional.noType(), "units", units, "activation", "relu");
  }

  private static ObjectNode conv(String name, int filters, int kernel, String padding) {
    return Functional.entry(
        "Conv2D",
        name,
        Functional.noType(),
        "filters",
        filters,
        "kernel_size",
        List.of(kernel, kernel),
        "strides",
        List.of(1, 1),
        "padding",
        padding,
        "activation",
        "relu");
  }
}
