package dev.keraunos.nd4j.internal;

import dev.keraunos.engine.internal.Accelerator.Computation;
import dev.keraunos.graph.Interpolation;
import dev.keraunos.graph.Op;
import dev.keraunos.graph.Padding;
import dev.keraunos.tensor.Shape;
import dev.keraunos.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Matrix products, and windows over spatial axes. One spatial axis is two, the first of length 1.
 */
final class Windows {
  private static final long CHANNELS_LAST = 1;

  private Windows() {}

  static void addTo(Rows rows) {
    rows.add(
        Op.MatMul.class,
        Row.ofFloats("matmul", Windows::matMul)
            .except(
                "batches that differ: not broadcast",
                site -> !sameBatches(site) && !isDense(site)));
    rows.add(
        Op.Conv.class,
        Row.ofFloats("conv2d, conv3dnew, depthwise_conv2d", Windows::conv)
            .except(
                "groups, unless of one channel each in 1D and 2D: no such operation",
                site -> site.op().groups() > 1 && !isDepthwise(site))
            .except(
                "uneven padding, other than SAME without dilation and strides beyond the window:"
                    + " wrong",
                site -> !isSame(site) && !isEven(site)));
    rows.add(
        Op.ConvTranspose.class,
        Row.ofFloats("deconv2d, deconv3d", Windows::convTranspose)
            .except(
                "dilation: not tried", site -> site.op().dilations().stream().anyMatch(d -> d > 1))
            .except(
                "lengths that ND4J does not give: refused or wrong",
                site -> !isDeconvLength(site)));
    rows.add(
        Op.Pool.class,
        Row.ofFloats("maxpool2d, avgpool2d, maxpool3dnew, avgpool3dnew", Windows::pool)
            .except(
                "padding but VALID and SAME, or SAME with strides beyond the window: wrong",
                site -> !isSameOrValid(site.op())));
    rows.add(Op.AdaptivePool.class, Row.none("no such operation"));
    rows.add(
        Op.Resize.class,
        Row.ofFloats("resize_nearest_neighbor, resize_bilinear", Windows::resize)
            .except("antialias: no such option", site -> site.op().antialias())
            .except(
                "other interpolations: absent, or refused for few pixels",
                site ->
                    site.op().interpolation() != Interpolation.NEAREST
                        && site.op().interpolation() != Interpolation.BILINEAR));
    rows.add(Op.Fourier.class, Row.none("no such operation"));
  }

  private static boolean sameBatches(Site<Op.MatMul> site) {
    int rank = site.in(0).rank();
    return rank == site.in(1).rank()
        && site.in(0).slice(0, rank - 2).equals(site.in(1).slice(0, rank - 2));
  }

  /** Rows, however many axes they have, times one matrix. */
  private static boolean isDense(Site<Op.MatMul> site) {
    return site.in(1).rank() == 2 && site.in(0).rank() > 2 && !site.op().transposeA();
  }

  private static Computation matMul(Site<Op.MatMul> site) {
    Call call = Call.of("matmul", site.op().transposeA() ? 1 : 0, site.op().transposeB() ? 1 : 0);
    if (!isDense(site)) {
      return call;
    }
    return (in, out) -> call.run(List.of(rows(in.get(0)), in.get(1)), List.of(rows(out.get(0))));
  }

  private static Tensor rows(Tensor x) {
    long length = x.shape().dim(-1);
    return x.reshape(x.size() / length, length);
  }

  /** Whether SAME is what it is to Keras: undilated, and without a stride beyond the window. */
  private static boolean isSame(
      Padding padding, List<Integer> window, List<Integer> strides, List<Integer> dilations) {
    return padding.mode() == Padding.Mode.SAME
        && dilations.stream().allMatch(dilation -> dilation == 1)
        && IntStream.range(0, window.size()).allMatch(i -> strides.get(i) <= window.get(i));
  }

  private static boolean isSame(Site<Op.Conv> site) {
    Op.Conv op = site.op();
    return isSame(op.padding(), window(site.in(1)), op.strides(), op.dilations());
  }

  private static boolean isDepthwise(Site<Op.Conv> site) {
    return site.op().groups() == site.in(0).dim(-1) && site.in(0).rank() < 5;
  }

  /** Cells before the first of each spatial axis. */
  private static List<Integer> before(Site<Op.Conv> site) {
    Op.Conv op = site.op();
    return IntStream.range(0, op.strides().size())
        .mapToLong(
            i ->
                op.padding()
                    .before(
                        i,
                        site.in(0).dim(i + 1),
                        site.in(1).dim(i),
                        op.strides().get(i),
                        op.dilations().get(i)))
        .mapToObj(Math::toIntExact)
        .toList();
  }

  /** Whether as many cells after the last give the length that is wanted. */
  private static boolean isEven(Site<Op.Conv> site) {
    Op.Conv op = site.op();
    Padding even = Padding.explicit(before(site), before(site));
    return IntStream.range(0, op.strides().size())
        .allMatch(
            i ->
                site.y().dim(i + 1)
                    == even.output(
                        i,
                        site.in(0).dim(i + 1),
                        site.in(1).dim(i),
                        op.strides().get(i),
                        op.dilations().get(i)));
  }

  private static Computation conv(Site<Op.Conv> site) {
    Op.Conv op = site.op();
    boolean depthwise = op.groups() > 1;
    boolean same = isSame(site);
    Call call =
        Call.of(
            site.in(0).rank() == 5 ? "conv3dnew" : depthwise ? "depthwise_conv2d" : "conv2d",
            window(
                List.of(window(site.in(1)), op.strides()),
                same ? none(op.strides()) : before(site),
                op.dilations(),
                same ? 1 : 0,
                CHANNELS_LAST));
    return (in, out) -> {
      Shape kernel = in.get(1).shape();
      Shape inGroups =
          kernel
              .slice(0, kernel.rank() - 2)
              .concat(Shape.of(op.groups(), kernel.dim(-1) / op.groups()));
      Tensor weights = depthwise ? in.get(1).reshape(inGroups) : in.get(1);
      call.run(List.of(image(in.get(0)), kernel(weights)), List.of(image(out.get(0))));
    };
  }

  private static boolean isDeconvLength(Site<Op.ConvTranspose> site) {
    Op.ConvTranspose op = site.op();
    boolean same = isSame(op.padding(), window(site.in(1)), op.strides(), op.dilations());
    return IntStream.range(0, op.strides().size())
        .allMatch(
            i -> {
              long stride = op.strides().get(i);
              long n = site.in(0).dim(i + 1);
              long length = same ? n * stride : (n - 1) * stride + site.in(1).dim(i);
              return site.y().dim(i + 1) == length;
            });
  }

  private static Computation convTranspose(Site<Op.ConvTranspose> site) {
    Op.ConvTranspose op = site.op();
    Call call =
        Call.of(
            site.in(0).rank() == 5 ? "deconv3d" : "deconv2d",
            window(
                List.of(window(site.in(1)), op.strides()),
                none(op.strides()),
                op.dilations(),
                op.padding().mode() == Padding.Mode.SAME ? 1 : 0,
                CHANNELS_LAST));
    return (in, out) ->
        call.run(List.of(image(in.get(0)), kernel(in.get(1))), List.of(image(out.get(0))));
  }

  private static boolean isSameOrValid(Op.Pool op) {
    return op.padding().mode() == Padding.Mode.VALID
        || isSame(op.padding(), op.size(), op.strides(), dilations(op));
  }

  private static List<Integer> dilations(Op.Pool op) {
    return Collections.nCopies(op.size().size(), 1);
  }

  private static Computation pool(Site<Op.Pool> site) {
    Op.Pool op = site.op();
    String name = (op.max() ? "max" : "avg") + (site.in(0).rank() == 5 ? "pool3dnew" : "pool2d");
    long meanOfCellsInside = 0;
    Call call =
        Call.of(
            name,
            window(
                List.of(op.size(), op.strides()),
                none(op.size()),
                dilations(op),
                op.padding().mode() == Padding.Mode.SAME ? 1 : 0,
                meanOfCellsInside,
                CHANNELS_LAST));
    Computation images =
        (in, out) -> call.run(List.of(image(in.get(0))), List.of(image(out.get(0))));
    return op.max() ? new NumbersOnly(op, images) : images;
  }

  private static Computation resize(Site<Op.Resize> site) {
    boolean nearest = site.op().interpolation() == Interpolation.NEAREST;
    boolean corners = false;
    boolean halfPixels = true;
    Call call =
        Call.of(nearest ? "resize_nearest_neighbor" : "resize_bilinear").flags(corners, halfPixels);
    int[] pixels = {Math.toIntExact(site.y().dim(1)), Math.toIntExact(site.y().dim(2))};
    return (in, out) -> {
      try (Tensor size = Tensor.of(pixels, 2)) {
        call.run(List.of(in.get(0), size), out);
      }
    };
  }

  /** The arguments of a window as ND4J orders them: for every axis each, then the others. */
  private static long[] window(
      List<List<Integer>> sizeAndStrides,
      List<Integer> padding,
      List<Integer> dilations,
      long... others) {
    LongStream axes =
        LongStream.concat(
            sizeAndStrides.stream().flatMapToLong(values -> axes(values, 1)),
            LongStream.concat(axes(padding, 0), axes(dilations, 1)));
    return LongStream.concat(axes, Arrays.stream(others)).toArray();
  }

  private static LongStream axes(List<Integer> values, long ofFirst) {
    LongStream given = values.stream().mapToLong(Integer::longValue);
    return values.size() == 1 ? LongStream.concat(LongStream.of(ofFirst), given) : given;
  }

  private static List<Integer> none(List<Integer> axes) {
    return Collections.nCopies(axes.size(), 0);
  }

  private static List<Integer> window(Shape kernel) {
    return Arrays.stream(kernel.slice(0, kernel.rank() - 2).toArray())
        .mapToObj(Math::toIntExact)
        .toList();
  }

  private static Tensor image(Tensor x) {
    return x.shape().rank() == 3 ? x.reshape(x.shape().insert(1, 1)) : x;
  }

  private static Tensor kernel(Tensor x) {
    return x.shape().rank() == 3 ? x.reshape(x.shape().insert(0, 1)) : x;
  }
}
