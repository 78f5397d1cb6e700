package dev.mangru.server.http;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.FuzzTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/// For a fuzzer: any bytes are a body of snappy or refused, just as a decoder says that goes byte
/// by byte. The first byte of an input is how much room the arrays have behind their ends.
public final class SnappyFuzz {

  /// More is not decoded here: a body of five bytes may declare four gigabytes, which the server
  /// refuses by its limit.
  private static final int MOST = 1 << 14;

  private SnappyFuzz() {}

  /// Bodies of texts that repeat themselves and that do not.
  public static List<byte[]> seeds() throws IOException {
    Random random = new Random(5);
    List<byte[]> seeds = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      byte[] text = new byte[i * i];
      for (int at = 0; at < text.length; at++) {
        boolean copied = at > 70 && random.nextInt(30) > 0;
        text[at] = copied ? text[at - 1 - i % 70] : (byte) random.nextInt();
      }
      byte[] packed = Snappy.compress(text);
      byte[] seed = new byte[packed.length + 1];
      System.arraycopy(packed, 0, seed, 1, packed.length);
      seed[0] = (byte) (i % 40);
      seeds.add(seed);
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    int room = input[0] & 63;
    int length = input.length - 1;
    byte[] body = new byte[length + room];
    System.arraycopy(input, 1, body, 0, length);
    Arrays.fill(body, length, body.length, (byte) 0x55);
    long before = FuzzTarget.allocated();
    byte[] found = null;
    int declared = -1;
    try {
      long told = SnappyBlock.declaredLength(body, length);
      if (told > MOST) {
        return;
      }
      declared = (int) told;
      byte[] out = new byte[declared + room];
      SnappyBlock.decode(body, length, out, declared);
      found = Arrays.copyOf(out, declared);
    } catch (MangruException refused) {
      FuzzTarget.bounded(before, input.length);
    }
    byte[] expected = declared < 0 ? null : plain(body, length, declared);
    if (!Arrays.equals(found, expected)) {
      throw new AssertionError(
          "found " + Arrays.toString(found) + ", expected " + Arrays.toString(expected));
    }
  }

  /// The format's description, word for word; null for what is none.
  private static byte @Nullable [] plain(byte[] in, int inEnd, int declared) {
    byte[] out = new byte[declared];
    int ip = 0;
    while (in[ip++] < 0) {
      // the length
    }
    int op = 0;
    while (ip < inEnd) {
      int tag = in[ip++] & 0xff;
      int kind = tag & 3;
      long length = (tag >>> 2) + 1L;
      int extra =
          switch (kind) {
            case 0 -> Math.max(0, (int) length - 60);
            case 1 -> 1;
            case 2 -> 2;
            default -> 4;
          };
      if (extra > inEnd - ip) {
        return null;
      }
      long number = 0;
      for (int i = 0; i < extra; i++) {
        number |= (in[ip++] & 0xffL) << (8 * i);
      }
      if (kind == 0) {
        length = extra == 0 ? length : number + 1;
        if (length > inEnd - ip || length > declared - op) {
          return null;
        }
        System.arraycopy(in, ip, out, op, (int) length);
        ip += (int) length;
        op += (int) length;
        continue;
      }
      if (kind == 1) {
        length = 4L + (tag >>> 2 & 7);
        number |= (tag & 0xe0L) << 3;
      }
      if (number == 0 || number > op || length > declared - op) {
        return null;
      }
      for (int i = 0; i < length; i++, op++) {
        out[op] = out[op - (int) number];
      }
    }
    return op == declared ? out : null;
  }
}
