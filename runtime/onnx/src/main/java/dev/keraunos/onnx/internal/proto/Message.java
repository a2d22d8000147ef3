package dev.keraunos.onnx.internal.proto;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keraunos.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A message in the wire format of Protocol Buffers. It is a list of pieces, so that nothing is
 * copied when messages nest, and elements of tensors go from their memory to the file.
 */
public final class Message {
  private static final int VARINT = 0;
  private static final int BYTES = 2;
  private static final int FOUR_BYTES = 5;

  private static final int WINDOW = 1 << 24;

  /** Byte arrays and tensors. */
  private final List<Object> pieces = new ArrayList<>();

  private long size;

  /** The length in bytes. */
  public long size() {
    return size;
  }

  /** A number of a variable length. */
  public Message number(int field, long value) {
    varint(((long) field << 3) | VARINT);
    varint(value);
    return this;
  }

  /** A float of four bytes. */
  public Message real(int field, float value) {
    varint(((long) field << 3) | FOUR_BYTES);
    int bits = Float.floatToRawIntBits(value);
    add(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bits).array());
    return this;
  }

  public Message text(int field, String value) {
    byte[] bytes = value.getBytes(UTF_8);
    header(field, bytes.length);
    add(bytes);
    return this;
  }

  public Message message(int field, Message nested) {
    header(field, nested.size);
    pieces.addAll(nested.pieces);
    size += nested.size;
    return this;
  }

  /** The elements of a tensor as they lie in memory. */
  public Message elements(int field, Tensor tensor) {
    header(field, tensor.byteSize());
    pieces.add(tensor);
    size += tensor.byteSize();
    return this;
  }

  private void header(int field, long length) {
    varint(((long) field << 3) | BYTES);
    varint(length);
  }

  private void varint(long value) {
    byte[] bytes = new byte[10];
    int n = 0;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[n++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[n++] = (byte) rest;
    add(Arrays.copyOf(bytes, n));
  }

  private void add(byte[] bytes) {
    pieces.add(bytes);
    size += bytes.length;
  }

  /**
   * The whole message.
   *
   * @throws ArithmeticException if an array cannot hold it
   */
  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.toIntExact(size));
    try {
      writeTo(Channels.newChannel(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  public void writeTo(WritableByteChannel channel) throws IOException {
    for (Object piece : pieces) {
      if (piece instanceof Tensor tensor) {
        write(tensor, channel);
      } else {
        write(ByteBuffer.wrap((byte[]) piece), channel);
      }
    }
  }

  public static void write(Tensor tensor, WritableByteChannel channel) throws IOException {
    for (long at = 0; at < tensor.byteSize(); ) {
      ByteBuffer window = tensor.bytes(at, WINDOW);
      at += window.remaining();
      write(window, channel);
    }
  }

  private static void write(ByteBuffer bytes, WritableByteChannel channel) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
