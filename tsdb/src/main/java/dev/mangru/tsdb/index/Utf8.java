package dev.mangru.tsdb.index;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Text to UTF-8 bytes and back without losing anything: half of a surrogate pair that stands alone
/// keeps its three bytes (as in WTF-8), where the JDK's coder would put a question mark and so make
/// two different labels equal.
final class Utf8 {

  private Utf8() {}

  /// Bytes that `text` may take at most.
  static int maxBytes(String text) {
    return Math.multiplyExact(text.length(), 3);
  }

  /// Writes `text` to `target` from `at` and returns the end. There must be [#maxBytes] of room.
  static int encode(String text, byte[] target, int at) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        return encodeRest(text, i, target, at + i);
      }
      target[at + i] = (byte) c;
    }
    return at + length;
  }

  private static int encodeRest(String text, int from, byte[] target, int start) {
    int at = start;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        target[at++] = (byte) c;
      } else if (c < 0x800) {
        target[at++] = (byte) (0xc0 | c >> 6);
        target[at++] = (byte) (0x80 | (c & 0x3f));
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(++i));
        target[at++] = (byte) (0xf0 | point >> 18);
        target[at++] = (byte) (0x80 | (point >> 12 & 0x3f));
        target[at++] = (byte) (0x80 | (point >> 6 & 0x3f));
        target[at++] = (byte) (0x80 | (point & 0x3f));
      } else {
        target[at++] = (byte) (0xe0 | c >> 12);
        target[at++] = (byte) (0x80 | (c >> 6 & 0x3f));
        target[at++] = (byte) (0x80 | (c & 0x3f));
      }
    }
    return at;
  }

  /// The bytes of `text`.
  static byte[] encode(String text) {
    byte[] room = new byte[maxBytes(text)];
    return Arrays.copyOf(room, encode(text, room, 0));
  }

  /// The text of bytes that [#encode(String)] made.
  static String decode(byte[] bytes, int from, int length) {
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    if (text.length() != length && text.indexOf('\ufffd') >= 0) {
      return decodeLoneSurrogates(bytes, from, from + length);
    }
    return text;
  }

  private static String decodeLoneSurrogates(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    int at = from;
    int plain = from;
    while (at < to) {
      if ((bytes[at] & 0xff) == 0xed && at + 2 < to && (bytes[at + 1] & 0xff) >= 0xa0) {
        text.append(new String(bytes, plain, at - plain, StandardCharsets.UTF_8));
        text.append((char) (0xd000 | (bytes[at + 1] & 0x3f) << 6 | (bytes[at + 2] & 0x3f)));
        at += 3;
        plain = at;
      } else {
        at++;
      }
    }
    return text.append(new String(bytes, plain, to - plain, StandardCharsets.UTF_8)).toString();
  }
}
