package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/// Against the native library.
class SnappyBlockTest {

  /// Decodes within arrays that are larger and full of something else.
  private static byte @Nullable [] decode(byte[] in, Random random) {
    byte[] sent = new byte[in.length + random.nextInt(40)];
    random.nextBytes(sent);
    System.arraycopy(in, 0, sent, 0, in.length);
    try {
      long declared = SnappyBlock.declaredLength(sent, in.length);
      if (declared > 1 << 20) {
        return null;
      }
      byte[] out = new byte[(int) declared + random.nextInt(40)];
      SnappyBlock.decode(sent, in.length, out, (int) declared);
      return Arrays.copyOf(out, (int) declared);
    } catch (MangruException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA);
      assertThat(e).hasMessageContaining("does not decompress as snappy");
      return null;
    }
  }

  private static byte[] text(Random random, int size) {
    byte[] bytes = new byte[size];
    int at = 0;
    while (at < size) {
      int length = Math.min(size - at, 1 + random.nextInt(600));
      if (at > 0 && random.nextInt(4) > 0) {
        int back = 1 + random.nextInt(random.nextBoolean() ? Math.min(at, 20) : at);
        for (int i = 0; i < length; i++) {
          bytes[at + i] = bytes[at + i - back];
        }
      } else {
        for (int i = 0; i < length; i++) {
          bytes[at + i] = (byte) random.nextInt(256);
        }
      }
      at += length;
    }
    return bytes;
  }

  @Seeds(400)
  void what_was_compressed_comes_back(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = text(random, (int) (seed * seed) + random.nextInt(50));
    assertThat(decode(Snappy.compress(bytes), random)).isEqualTo(bytes);
  }

  /// Damaged bodies are refused, or read as the native library reads them.
  @Seeds(2_000)
  void damaged_bodies_are_judged_as_the_native_library_does(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] sent = Snappy.compress(text(random, 1 + random.nextInt(3000)));
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      sent[random.nextInt(sent.length)] ^= (byte) (1 << random.nextInt(8));
    }
    if (random.nextInt(3) == 0) {
      sent = Arrays.copyOf(sent, 1 + random.nextInt(sent.length));
    }
    byte[] ours = decode(sent, random);
    if (Snappy.isValidCompressedBuffer(sent) && Snappy.uncompressedLength(sent) <= 1 << 20) {
      assertThat(ours).isEqualTo(Snappy.uncompress(sent));
    } else {
      assertThat(ours).isNull();
    }
  }

  /// Elements put together at random: every kind, offset and length, right and wrong.
  @Seeds(2_000)
  void any_elements_are_judged_as_the_native_library_does(long seed) throws IOException {
    Random random = new Random(seed);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int length = 0;
    int elements = 1 + random.nextInt(40);
    int lastOffset = 5;
    for (int i = 0; i < elements; i++) {
      int size = 1 + random.nextInt(64);
      int offset = random.nextInt(3) > 0 ? lastOffset : 1 + random.nextInt(length + 2);
      lastOffset = Math.min(offset, 0xffff);
      switch (i == 0 ? 0 : random.nextInt(5)) {
        case 0 -> {
          size = 1 + random.nextInt(300);
          if (size <= 60) {
            body.write((size - 1) << 2);
          } else {
            body.write(61 << 2);
            body.write(size - 1);
            body.write((size - 1) >> 8);
          }
          body.write(new byte[size]);
        }
        case 1 -> {
          size = 4 + size % 8;
          body.write((offset >> 8 & 7) << 5 | (size - 4) << 2 | 1);
          body.write(offset);
        }
        case 2 -> {
          body.write((size - 1) << 2 | 3);
          for (int shift = 0; shift < 32; shift += 8) {
            body.write(offset >> shift);
          }
        }
        default -> {
          size = random.nextBoolean() ? 64 : size;
          body.write((size - 1) << 2 | 2);
          body.write(lastOffset);
          body.write(lastOffset >> 8);
        }
      }
      length += size;
    }
    int declared = length + (random.nextInt(4) == 0 ? random.nextInt(5) - 2 : 0);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (int rest = declared; ; rest >>>= 7) {
      whole.write(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
      if (rest <= 0x7f) {
        break;
      }
    }
    whole.writeBytes(body.toByteArray());
    byte[] sent = whole.toByteArray();
    byte[] ours = decode(sent, random);
    if (Snappy.isValidCompressedBuffer(sent)) {
      assertThat(ours).isEqualTo(Snappy.uncompress(sent));
    } else {
      assertThat(ours).isNull();
    }
  }

  @Test
  void a_long_run_is_repeated_and_not_copied_byte_by_byte() throws IOException {
    byte[] zeros = new byte[1 << 20];
    assertThat(decode(Snappy.compress(zeros), new Random(1))).isEqualTo(zeros);
  }

  @Test
  void a_body_without_a_length_is_refused() {
    assertThatThrownBy(() -> SnappyBlock.declaredLength(new byte[0], 0))
        .hasMessageContaining("does not begin with a length");
    assertThatThrownBy(() -> SnappyBlock.declaredLength(new byte[] {-1, -1, -1, -1, -1, 1}, 6))
        .hasMessageContaining("does not begin with a length");
  }
}
