package dev.mangru.tsdb.chunk;

import java.util.Arrays;
import java.util.Random;

/// Inputs for decoders: noise, and good bytes with a few changed.
final class Mutations {

  private Mutations() {}

  /// Two bytes that say how many samples there are, then `encoded`.
  static byte[] input(int count, byte[] encoded) {
    byte[] input = new byte[2 + encoded.length];
    input[0] = (byte) count;
    input[1] = (byte) (count >> 8);
    System.arraycopy(encoded, 0, input, 2, encoded.length);
    return input;
  }

  /// The count of an [#input], 1 to [ChunkCodec#MAX_SAMPLES].
  static int count(byte[] input) {
    return 1 + (((input[0] & 0xff) | (input[1] & 0xff) << 8) - 1 & (ChunkCodec.MAX_SAMPLES - 1));
  }

  /// Noise of up to 60 bytes.
  static byte[] noise(Random random) {
    byte[] noise = new byte[2 + random.nextInt(60)];
    random.nextBytes(noise);
    return noise;
  }

  /// A changed copy.
  static byte[] mutate(Random random, byte[] good) {
    byte[] bytes = good.clone();
    for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 2; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
        case 3 -> bytes = Arrays.copyOf(bytes, Math.max(2, at));
        case 4 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(9));
        default -> System.arraycopy(bytes, at, bytes, at / 2, Math.min(8, bytes.length - at));
      }
    }
    return bytes;
  }
}
