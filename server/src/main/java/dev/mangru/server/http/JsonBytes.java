package dev.mangru.server.http;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleText;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;

/// JSON written by hand, straight to the bytes of the answer, for what is asked most.
///
/// Nothing is checked: whoever calls this writes the punctuation. An answer that fits into one
/// array goes out in one piece and says its length; a longer one goes out array by array. Confined
/// to the request's thread.
public final class JsonBytes {

  /// Chosen: more than any small answer, and little beside what a large one holds.
  private static final int MOST = 32 << 10;

  private static final int FIRST = 2 << 10;

  /// Below this every whole number is a double, so that its digits are the shortest there are.
  private static final double EXACT_WHOLE = 0x1p53;

  /// A long with its sign has 20 characters, a double 24.
  private static final int LONGEST_NUMBER = 32;

  /// A character as `\u001F`.
  private static final int LONGEST_ESCAPE = 6;

  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private final HttpServletResponse response;
  private final StringBuilder number = new StringBuilder(LONGEST_NUMBER);
  private byte[] bytes = new byte[FIRST];
  private int length;
  private boolean begun;

  /// Begins a good answer.
  public JsonBytes(HttpServletResponse response) {
    this.response = response;
  }

  /// Punctuation and member names: short text that is ASCII and needs no escapes.
  public JsonBytes raw(String ascii) throws IOException {
    int count = ascii.length();
    room(count);
    byte[] to = bytes;
    int at = length;
    for (int i = 0; i < count; i++) {
      to[at + i] = (byte) ascii.charAt(i);
    }
    length = at + count;
    return this;
  }

  /// One character of ASCII.
  public JsonBytes raw(char ascii) throws IOException {
    room(1);
    bytes[length++] = (byte) ascii;
    return this;
  }

  /// JSON of any length that something else has written.
  public JsonBytes json(String text) throws IOException {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < encoded.length; ) {
      int piece = Math.min(MOST, encoded.length - at);
      room(piece);
      System.arraycopy(encoded, at, bytes, length, piece);
      length += piece;
      at += piece;
    }
    return this;
  }

  /// A string in quotes, with what has to be escaped and nothing else.
  public JsonBytes string(String text) throws IOException {
    raw('"');
    if (text.length() > MOST / LONGEST_ESCAPE || !simple(text)) {
      escaped(text.getBytes(StandardCharsets.UTF_8));
    }
    return raw('"');
  }

  /// Writes `text` if all of it is ASCII and needs no escape, as almost always.
  private boolean simple(String text) throws IOException {
    int count = text.length();
    room(count);
    byte[] to = bytes;
    int at = length;
    for (int i = 0; i < count; i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return false;
      }
      to[at + i] = (byte) c;
    }
    length = at + count;
    return true;
  }

  private void escaped(byte[] utf8) throws IOException {
    for (byte b : utf8) {
      room(LONGEST_ESCAPE);
      if (b >= 0 && b < ' ') {
        control(b);
      } else {
        if (b == '"' || b == '\\') {
          bytes[length++] = '\\';
        }
        bytes[length++] = b;
      }
    }
  }

  private void control(byte b) {
    bytes[length++] = '\\';
    switch (b) {
      case '\b' -> bytes[length++] = 'b';
      case '\t' -> bytes[length++] = 't';
      case '\n' -> bytes[length++] = 'n';
      case '\f' -> bytes[length++] = 'f';
      case '\r' -> bytes[length++] = 'r';
      default -> {
        bytes[length++] = 'u';
        bytes[length++] = '0';
        bytes[length++] = '0';
        bytes[length++] = HEX[b >> 4];
        bytes[length++] = HEX[b & 15];
      }
    }
  }

  /// A sample's value as [SampleText] has it, without quotes.
  public JsonBytes value(double value) throws IOException {
    double magnitude = Math.abs(value);
    if (magnitude < EXACT_WHOLE && value == (long) value && magnitude != 0) {
      return whole((long) value);
    }
    number.setLength(0);
    SampleText.append(value, number);
    int count = number.length();
    room(count);
    byte[] to = bytes;
    int at = length;
    for (int i = 0; i < count; i++) {
      to[at + i] = (byte) number.charAt(i);
    }
    length = at + count;
    return this;
  }

  /// A whole number.
  public JsonBytes whole(long value) throws IOException {
    room(LONGEST_NUMBER);
    byte[] to = bytes;
    int at = length;
    if (value < 0) {
      to[at++] = '-';
    }
    long rest = value < 0 ? value : -value; // negative, because the least long has no opposite
    int digits = 1;
    for (long tens = rest / 10; tens != 0; tens /= 10) {
      digits++;
    }
    length = at + digits;
    for (int i = length - 1; i >= at; i--) {
      to[i] = (byte) ('0' - rest % 10);
      rest /= 10;
    }
    return this;
  }

  /// A time in seconds, with exactly three decimals unless it is whole: `1435781430.781`,
  /// `1435781430`, `-0.005`.
  public JsonBytes seconds(long timeMs) throws IOException {
    long seconds = timeMs / 1000;
    int rest = (int) Math.abs(timeMs % 1000);
    if (timeMs < 0 && seconds == 0) {
      raw('-');
    }
    whole(seconds);
    if (rest != 0) {
      raw('.').raw(digit(rest / 100)).raw(digit(rest / 10 % 10)).raw(digit(rest % 10));
    }
    return this;
  }

  private static char digit(int value) {
    return (char) ('0' + value);
  }

  /// Labels as an object.
  public JsonBytes labels(Labels labels) throws IOException {
    raw('{');
    for (Iterator<Label> rest = labels.iterator(); rest.hasNext(); ) {
      Label label = rest.next();
      string(label.name()).raw(':').string(label.value());
      if (rest.hasNext()) {
        raw(',');
      }
    }
    return raw('}');
  }

  /// A list of strings.
  public JsonBytes strings(Collection<String> values) throws IOException {
    raw('[');
    for (Iterator<String> rest = values.iterator(); rest.hasNext(); ) {
      string(rest.next());
      if (rest.hasNext()) {
        raw(',');
      }
    }
    return raw(']');
  }

  /// A further member with a list of strings, left out if empty.
  ///
  /// @param name as for [#raw(String)]
  public JsonBytes stringsIfAny(String name, Collection<String> values) throws IOException {
    return values.isEmpty() ? this : raw(",\"").raw(name).raw("\":").strings(values);
  }

  /// Sends what is left.
  public void end() throws IOException {
    if (!begun) {
      begin();
      response.setContentLength(length);
    }
    send();
  }

  private void begin() {
    begun = true;
    response.setStatus(HttpServletResponse.SC_OK);
    response.setContentType("application/json");
  }

  private void send() throws IOException {
    response.getOutputStream().write(bytes, 0, length);
    length = 0;
  }

  /// Makes room for `count` bytes, [#MOST] at most.
  private void room(int count) throws IOException {
    if (bytes.length - length >= count) {
      return;
    }
    if (length + count > MOST) {
      if (!begun) {
        begin();
      }
      send();
    }
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.min(MOST, Math.max(bytes.length * 4, length + count)));
    }
  }
}
