package dev.mangru.collector.tail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

class ByteScanTest {

  @Seeds(300)
  void finds_what_a_plain_loop_finds(long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[random.nextInt((int) seed + 2)];
    random.nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      if (random.nextInt(4) == 0) {
        bytes[i] = (byte) (random.nextBoolean() ? '\n' : '\n' + 1);
      }
    }
    int from = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
    int newline = from;
    while (newline < bytes.length && bytes[newline] != '\n') {
      newline++;
    }
    int ascii = from;
    while (ascii < bytes.length && bytes[ascii] >= 0) {
      ascii++;
    }
    assertThat(ByteScan.indexOf(bytes, from, bytes.length, '\n'))
        .isEqualTo(newline == bytes.length ? -1 : newline);
    assertThat(ByteScan.endOfAscii(bytes, from, bytes.length)).isEqualTo(ascii);
  }

  @Seeds(500)
  void judges_utf8_as_the_jdk_does(long seed) {
    Random random = new Random(seed);
    byte[] bytes;
    if (random.nextBoolean()) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < seed % 20; i++) {
        text.appendCodePoint(random.nextInt(random.nextBoolean() ? 0x300 : 0x110000));
      }
      bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      if (bytes.length > 0 && random.nextInt(3) == 0) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
    } else {
      bytes = new byte[random.nextInt(6)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (0x80 + random.nextInt(0x80));
      }
    }
    boolean valid;
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      valid = true;
    } catch (CharacterCodingException e) {
      valid = false;
    }
    assertThat(Utf8.isValid(bytes, 0, bytes.length)).isEqualTo(valid);
  }
}
