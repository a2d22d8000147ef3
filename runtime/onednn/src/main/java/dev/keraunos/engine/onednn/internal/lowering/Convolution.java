package dev.keraunos.engine.onednn.internal.lowering;

import dev.keraunos.engine.onednn.internal.library.Library;
import dev.keraunos.engine.onednn.internal.primitive.Call;
import dev.keraunos.engine.onednn.internal.primitive.Group;
import dev.keraunos.engine.onednn.internal.primitive.PostOps;
import dev.keraunos.engine.onednn.internal.primitive.Site;
import dev.keraunos.engine.onednn.internal.primitive.Tiling;
import dev.keraunos.engine.onednn.internal.step.Step;
import dev.keraunos.engine.onednn.internal.step.View;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Value;
import dev.keraunos.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/** {@link Op.Conv} and {@link Op.ConvTranspose} with constant kernels. */
final class Convolution extends SlidingWork {
  /** The function of oneDNN for either kind. */
  private interface Creation {
    int create(
        dnnl_primitive_desc description,
        dnnl_engine engine,
        int propagation,
        int algorithm,
        dnnl_memory_desc source,
        dnnl_memory_desc weights,
        dnnl_memory_desc bias,
        dnnl_memory_desc target,
        long[] strides,
        long[] dilations,
        long[] before,
        long[] after,
        dnnl_primitive_attr attributes);
  }

  private final Creation creation;
  private final int algorithm;
  private final long[] dilations;
  private final View w;
  private final Optional<View> bias;

  private Convolution(
      Creation creation,
      int algorithm,
      List<Integer> dilations,
      List<SpatialAxis> axes,
      Site site,
      Group group,
      View w,
      PostOps postOps) {
    super(
        site, group, axes, bias(group, site, postOps).isEmpty() ? postOps : postOps.withoutFirst());
    this.creation = creation;
    this.algorithm = algorithm;
    this.dilations = dilations.stream().mapToLong(d -> d - 1).toArray();
    this.w = w;
    this.bias = bias(group, site, postOps);
  }

  private static Optional<View> bias(Group group, Site site, PostOps postOps) {
    return postOps.bias(1, site.shape(group.output()).dim(-1));
  }

  static Optional<List<Step>> forward(Group group, Site site) {
    Op.Conv op = (Op.Conv) group.anchor().op();
    Value kernel = group.anchor().inputs().get(1);
    int spatial = kernel.rank() - 2;
    if (spatial > 3 || site.constant(kernel).isEmpty()) {
      return Optional.empty();
    }
    View plain = site.view(kernel).permute(order(spatial, spatial + 1, spatial));
    View w = op.groups() == 1 ? plain : plain.split(0, op.groups());
    long cells = site.shape(group.output()).size() / site.shape(group.output()).dim(-1);
    return orient(group, site)
        .flatMap(
            postOps ->
                new Convolution(
                        dnnl::dnnl_convolution_forward_primitive_desc_create,
                        dnnl.dnnl_convolution_direct,
                        op.dilations(),
                        windows(op, group, site),
                        site,
                        group,
                        w,
                        postOps)
                    .steps(2.0 * w.size() * cells));
  }

  static Optional<List<Step>> transposed(Group group, Site site) {
    Op.ConvTranspose op = (Op.ConvTranspose) group.anchor().op();
    Value kernel = group.anchor().inputs().get(1);
    int spatial = kernel.rank() - 2;
    if (spatial > 3 || site.constant(kernel).isEmpty()) {
      return Optional.empty();
    }
    View w = site.view(kernel).permute(order(spatial, spatial, spatial + 1));
    Shape x = site.shape(group.anchor().inputs().get(0));
    return orient(group, site)
        .flatMap(
            postOps ->
                new Convolution(
                        dnnl::dnnl_deconvolution_forward_primitive_desc_create,
                        dnnl.dnnl_deconvolution_direct,
                        op.dilations(),
                        scatters(op, group, site),
                        site,
                        group,
                        w,
                        postOps)
                    .steps(2.0 * w.size() * x.size() / x.dim(-1)));
  }

  /** A kernel's axes (out, in, spatial...) in terms of those of Keras. */
  private static int[] order(int spatial, int out, int in) {
    return IntStream.range(0, spatial + 2).map(i -> i == 0 ? out : i == 1 ? in : i - 2).toArray();
  }

  private static List<SpatialAxis> windows(Op.Conv op, Group group, Site site) {
    Shape x = site.shape(group.anchor().inputs().get(0));
    Shape size = site.shape(group.anchor().inputs().get(1));
    Shape y = site.shape(group.output());
    List<SpatialAxis> axes = new ArrayList<>();
    for (int i = 0; i < op.strides().size(); i++) {
      int stride = op.strides().get(i);
      int dilation = op.dilations().get(i);
      long in = x.dim(i + 1);
      axes.add(
          SpatialAxis.Window.of(op.padding(), i, in, y.dim(i + 1), size.dim(i), stride, dilation));
    }
    return axes;
  }

  private static List<SpatialAxis> scatters(Op.ConvTranspose op, Group group, Site site) {
    Shape x = site.shape(group.anchor().inputs().get(0));
    Shape size = site.shape(group.anchor().inputs().get(1));
    Shape y = site.shape(group.output());
    List<SpatialAxis> axes = new ArrayList<>();
    for (int i = 0; i < op.strides().size(); i++) {
      long extent = (size.dim(i) - 1) * op.dilations().get(i) + 1;
      long in = x.dim(i + 1);
      long cut = op.cut(i, in, size.dim(i));
      axes.add(new SpatialAxis.Scatter(in, y.dim(i + 1), extent, op.strides().get(i), cut));
    }
    return axes;
  }

  @Override
  public Optional<Call> call(Tiling.Range range) {
    List<SpatialAxis> local = axes(range);
    return primitives()
        .describe(
            description ->
                creation.create(
                    description,
                    Library.engine(),
                    dnnl.dnnl_forward_inference,
                    algorithm,
                    primitives().layout(source(range)),
                    primitives().any(w.dims()),
                    bias.map(primitives()::layout).orElse(null),
                    primitives().layout(target(range)),
                    SpatialAxis.each(local, SpatialAxis::stride),
                    dilations,
                    SpatialAxis.each(local, SpatialAxis::before),
                    SpatialAxis.each(local, SpatialAxis::after),
                    primitives().attributes(postOps(range))))
        .map(description -> primitives().create(description, constants(description)));
  }

  private List<Step.Arg> constants(dnnl_primitive_desc description) {
    List<Step.Arg> constants = new ArrayList<>();
    dnnl_memory_desc wanted = primitives().wanted(description, dnnl.dnnl_query_weights_md, 0);
    constants.add(primitives().packed(dnnl.DNNL_ARG_WEIGHTS, w, wanted));
    bias.ifPresent(b -> constants.add(primitives().arg(dnnl.DNNL_ARG_BIAS, b)));
    return constants;
  }
}
