package dev.mangru.collector.scrape;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Numbers and quotes the way Go writes and reads them, since the formats were defined by what a Go
/// program accepts.
///
/// Source: the documentation of Go's `strconv`.
final class GoText {

  private GoText() {}

  /// Reads a number as `strconv.ParseFloat` does, without the digit separators and hexadecimal
  /// forms that exposition formats refuse.
  ///
  /// @throws ExpositionException with Go's wording
  static double parseFloat(String text) throws ExpositionException {
    if (text.indexOf('p') >= 0 || text.indexOf('P') >= 0 || text.indexOf('_') >= 0) {
      throw new ExpositionException("unsupported character in float");
    }
    int sign = !text.isEmpty() && (text.charAt(0) == '+' || text.charAt(0) == '-') ? 1 : 0;
    String word = text.substring(sign).toLowerCase(Locale.ROOT);
    if (word.equals("inf") || word.equals("infinity")) {
      return text.charAt(0) == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    if (sign == 0 && word.equals("nan")) {
      return Double.NaN;
    }
    if (!isDecimal(text)) {
      throw new ExpositionException(
          "strconv.ParseFloat: parsing " + quote(text) + ": invalid syntax");
    }
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value)) {
      throw new ExpositionException(
          "strconv.ParseFloat: parsing " + quote(text) + ": value out of range");
    }
    return value;
  }

  /// Whether `text` is `[sign] digits [. digits] [e [sign] digits]`, with a digit somewhere before
  /// the exponent.
  static boolean isDecimal(String text) {
    int i = 0;
    int length = text.length();
    if (i < length && (text.charAt(i) == '+' || text.charAt(i) == '-')) {
      i++;
    }
    int whole = digits(text, i);
    i += whole;
    int fraction = 0;
    if (i < length && text.charAt(i) == '.') {
      fraction = digits(text, i + 1);
      i += 1 + fraction;
    }
    if (whole + fraction == 0) {
      return false;
    }
    if (i < length && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
      i++;
      if (i < length && (text.charAt(i) == '+' || text.charAt(i) == '-')) {
        i++;
      }
      int exponent = digits(text, i);
      if (exponent == 0) {
        return false;
      }
      i += exponent;
    }
    return i == length;
  }

  private static int digits(String text, int from) {
    int i = from;
    while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
      i++;
    }
    return i - from;
  }

  /// A float as OpenMetrics writes the values of `le` and `quantile`: shortest, and never without a
  /// point or an exponent.
  static String openMetricsFloat(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
    String digits = shortest.unscaledValue().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    StringBuilder text = new StringBuilder(value < 0 ? "-" : "");
    // The bounds between which strconv's 'g' with the shortest precision writes no exponent.
    if (exponent < -4 || exponent >= 6) {
      text.append(digits.charAt(0));
      if (digits.length() > 1) {
        text.append('.').append(digits, 1, digits.length());
      }
      text.append('e').append(exponent < 0 ? '-' : '+');
      int magnitude = Math.abs(exponent);
      return text.append(magnitude < 10 ? "0" : "").append(magnitude).toString();
    }
    String plain = shortest.toPlainString();
    return text.append(plain).append(plain.indexOf('.') < 0 ? ".0" : "").toString();
  }

  /// The text of UTF-8 bytes, or null when they are none.
  static @Nullable String utf8(byte[] bytes, int from, int to) {
    boolean ascii = true;
    for (int i = from; i < to && ascii; i++) {
      ascii = bytes[i] >= 0;
    }
    if (ascii) {
      return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    try {
      return decoder.decode(ByteBuffer.wrap(bytes, from, to - from)).toString();
    } catch (CharacterCodingException _) {
      return null; // The answer of this method for such bytes; callers say where they were.
    }
  }

  /// In double quotes, as Go's `%q`.
  static String quote(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return quote(bytes, 0, bytes.length);
  }

  /// Bytes in double quotes, as Go's `%q`: what is no UTF-8 or not printable is escaped.
  static String quote(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder(to - from + 2).append('"');
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    CharBuffer out = CharBuffer.allocate(2);
    while (in.hasRemaining()) {
      int first = in.get(in.position()) & 0xff;
      if (first < 0x80) {
        in.get();
        quoteRune(first, text);
        continue;
      }
      int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
      ByteBuffer rune = in.duplicate();
      rune.limit(Math.min(in.limit(), in.position() + length));
      out.clear();
      decoder.reset();
      if (decoder.decode(rune, out, true).isError() || rune.hasRemaining()) {
        in.get();
        text.append(String.format(Locale.ROOT, "\\x%02x", first));
      } else {
        in.position(rune.position());
        quoteRune(Character.codePointAt(out.flip(), 0), text);
      }
    }
    return text.append('"').toString();
  }

  private static void quoteRune(int rune, StringBuilder text) {
    switch (rune) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case 0x07 -> text.append("\\a");
      case '\b' -> text.append("\\b");
      case '\f' -> text.append("\\f");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      case 0x0b -> text.append("\\v");
      default -> {
        if (isPrintable(rune)) {
          text.appendCodePoint(rune);
        } else if (rune < ' ' || rune == 0x7f) {
          text.append(String.format(Locale.ROOT, "\\x%02x", rune));
        } else if (rune < 0x10000) {
          text.append(String.format(Locale.ROOT, "\\u%04x", rune));
        } else {
          text.append(String.format(Locale.ROOT, "\\U%08x", rune));
        }
      }
    }
  }

  private static boolean isPrintable(int rune) {
    if (rune < 0x7f) {
      return rune >= ' ';
    }
    return switch (Character.getType(rune)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
