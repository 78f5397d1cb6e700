package dev.mangru.collector.tail;

import java.util.Arrays;

/// Docker's `json-file` format: `{"log":"text\n","stream":"stdout","time":"2026-…Z"}`. A text
/// without `\n` at its end continues in the next object of the same output.
///
/// Reads exactly the objects that Docker writes, in any order of fields, and passes over fields it
/// does not know (`attrs`). A line of another shape is kept as it is and counted as malformed.
final class DockerDecoder implements LineDecoder {

  private final PartialLines partials;

  /// The unescaped text of the line at hand.
  private byte[] text = new byte[1024];

  private int textLength;
  private boolean hasText;
  private boolean stderr;
  private long stampNs;

  DockerDecoder(int maxLineBytes) {
    partials = new PartialLines(maxLineBytes);
  }

  @Override
  public void line(byte[] buffer, int from, int to, long offset, long nowNs, RecordSink sink) {
    if (!parse(buffer, from, to)) {
      sink.malformed();
      sink.record("", nowNs, buffer, from, to);
      return;
    }
    boolean complete = textLength > 0 && text[textLength - 1] == '\n';
    int end = complete ? textLength - 1 : textLength;
    if (complete && end > 0 && text[end - 1] == '\r') {
      end--;
    }
    long timestampNs = stampNs == Rfc3339.NONE ? nowNs : stampNs;
    partials.piece(stderr, complete, timestampNs, text, 0, end, offset, sink);
  }

  private boolean parse(byte[] b, int from, int to) {
    hasText = false;
    stderr = false;
    stampNs = Rfc3339.NONE;
    int at = from;
    if (at == to || b[at] != '{') {
      return false;
    }
    at++;
    while (true) {
      if (at >= to || b[at] != '"') {
        return false;
      }
      int name = at + 1;
      int nameEnd = stringEnd(b, name, to);
      if (nameEnd < 0 || nameEnd + 1 >= to || b[nameEnd + 1] != ':') {
        return false;
      }
      at = value(b, name, nameEnd, nameEnd + 2, to);
      if (at < 0 || at >= to) {
        return false;
      }
      if (b[at] == '}') {
        return hasText;
      }
      if (b[at] != ',') {
        return false;
      }
      at++;
    }
  }

  /// Reads one field's value; gives the position after it, or -1.
  private int value(byte[] b, int name, int nameEnd, int at, int to) {
    if (at >= to) {
      return -1;
    }
    if (b[at] != '"') {
      return b[at] == '{' ? objectEnd(b, at, to) : -1;
    }
    int start = at + 1;
    int end = stringEnd(b, start, to);
    if (end < 0) {
      return -1;
    }
    if (is(b, name, nameEnd, "log")) {
      if (!unescape(b, start, end)) {
        return -1;
      }
      hasText = true;
    } else if (is(b, name, nameEnd, "stream")) {
      stderr = is(b, start, end, "stderr");
    } else if (is(b, name, nameEnd, "time")) {
      stampNs = Rfc3339.parse(b, start, end);
    }
    return end + 1;
  }

  private static boolean is(byte[] b, int from, int to, String word) {
    if (to - from != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (b[from + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /// Where the closing quote of a string is, or -1.
  private static int stringEnd(byte[] b, int from, int to) {
    int at = from;
    while (true) {
      int quote = ByteScan.indexOf(b, at, to, '"');
      if (quote < 0) {
        return -1;
      }
      int backslashes = 0;
      while (quote - 1 - backslashes >= from && b[quote - 1 - backslashes] == '\\') {
        backslashes++;
      }
      if ((backslashes & 1) == 0) {
        return quote;
      }
      at = quote + 1;
    }
  }

  /// The position after an object that we do not look into, or -1.
  private static int objectEnd(byte[] b, int from, int to) {
    int depth = 0;
    int at = from;
    while (at < to) {
      switch (b[at]) {
        case '{' -> depth++;
        case '}' -> depth--;
        case '"' -> {
          at = stringEnd(b, at + 1, to);
          if (at < 0) {
            return -1;
          }
        }
        default -> {}
      }
      at++;
      if (depth == 0) {
        return at;
      }
    }
    return -1;
  }

  /// Unescapes a JSON string into [#text]; false if an escape is malformed.
  private boolean unescape(byte[] b, int from, int to) {
    // An escape never gets longer: 6 bytes of backslash-u become at most 3 of UTF-8.
    if (text.length < to - from) {
      text = Arrays.copyOf(text, Math.max(to - from, text.length * 2));
    }
    int out = 0;
    int at = from;
    while (at < to) {
      int backslash = ByteScan.indexOf(b, at, to, '\\');
      int plainEnd = backslash < 0 ? to : backslash;
      System.arraycopy(b, at, text, out, plainEnd - at);
      out += plainEnd - at;
      if (backslash < 0) {
        break;
      }
      if (backslash + 1 >= to) {
        return false;
      }
      at = backslash + 2;
      switch (b[backslash + 1]) {
        case 'n' -> text[out++] = '\n';
        case 't' -> text[out++] = '\t';
        case 'r' -> text[out++] = '\r';
        case 'b' -> text[out++] = '\b';
        case 'f' -> text[out++] = '\f';
        case '"', '\\', '/' -> text[out++] = b[backslash + 1];
        case 'u' -> {
          int unit = hex4(b, at, to);
          if (unit < 0) {
            return false;
          }
          at += 4;
          int codePoint = unit;
          if (Character.isHighSurrogate((char) unit)
              && at + 6 <= to
              && b[at] == '\\'
              && b[at + 1] == 'u') {
            int low = hex4(b, at + 2, to);
            if (low >= 0 && Character.isLowSurrogate((char) low)) {
              codePoint = Character.toCodePoint((char) unit, (char) low);
              at += 6;
            }
          }
          out = putUtf8(codePoint, out);
        }
        default -> {
          return false;
        }
      }
    }
    textLength = out;
    return true;
  }

  private static int hex4(byte[] b, int at, int to) {
    if (at + 4 > to) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(b[at + i], 16);
      if (digit < 0) {
        return -1;
      }
      value = (value << 4) | digit;
    }
    return value;
  }

  private int putUtf8(int codePoint, int at) {
    int out = at;
    // A lone surrogate has no UTF-8 form.
    int c = codePoint >= 0xd800 && codePoint <= 0xdfff ? 0xfffd : codePoint;
    if (c < 0x80) {
      text[out++] = (byte) c;
    } else if (c < 0x800) {
      text[out++] = (byte) (0xc0 | (c >> 6));
      text[out++] = (byte) (0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
      text[out++] = (byte) (0xe0 | (c >> 12));
      text[out++] = (byte) (0x80 | ((c >> 6) & 0x3f));
      text[out++] = (byte) (0x80 | (c & 0x3f));
    } else {
      text[out++] = (byte) (0xf0 | (c >> 18));
      text[out++] = (byte) (0x80 | ((c >> 12) & 0x3f));
      text[out++] = (byte) (0x80 | ((c >> 6) & 0x3f));
      text[out++] = (byte) (0x80 | (c & 0x3f));
    }
    return out;
  }

  @Override
  public long pendingOffset() {
    return partials.pendingOffset();
  }

  @Override
  public void flush(RecordSink sink) {
    partials.flush(sink);
  }
}
