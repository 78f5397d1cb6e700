package dev.mangru.collector.tail;

import java.nio.charset.StandardCharsets;

/// Finds bytes that are not UTF-8. Stateless.
final class Utf8 {

  private Utf8() {}

  /// Whether `buffer[from, to)` is well-formed UTF-8: no overlong forms, no surrogates, nothing
  /// above U+10FFFF. Source: Unicode 16, table 3-7.
  static boolean isValid(byte[] buffer, int from, int to) {
    int at = from;
    while (at < to) {
      int lead = buffer[at++];
      if (lead >= 0) {
        continue;
      }
      lead &= 0xff;
      int more;
      int low = 0x80;
      int high = 0xbf;
      if (lead >= 0xc2 && lead <= 0xdf) {
        more = 1;
      } else if (lead >= 0xe0 && lead <= 0xef) {
        more = 2;
        low = lead == 0xe0 ? 0xa0 : 0x80;
        high = lead == 0xed ? 0x9f : 0xbf;
      } else if (lead >= 0xf0 && lead <= 0xf4) {
        more = 3;
        low = lead == 0xf0 ? 0x90 : 0x80;
        high = lead == 0xf4 ? 0x8f : 0xbf;
      } else {
        return false;
      }
      if (to - at < more) {
        return false;
      }
      int second = buffer[at++] & 0xff;
      if (second < low || second > high) {
        return false;
      }
      for (int i = 1; i < more; i++) {
        if ((buffer[at++] & 0xc0) != 0x80) {
          return false;
        }
      }
    }
    return true;
  }

  /// The same bytes with every malformed piece replaced by U+FFFD.
  static byte[] repaired(byte[] buffer, int from, int to) {
    return new String(buffer, from, to - from, StandardCharsets.UTF_8)
        .getBytes(StandardCharsets.UTF_8);
  }
}
