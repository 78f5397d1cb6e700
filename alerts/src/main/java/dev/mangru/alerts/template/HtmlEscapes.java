package dev.mangru.alerts.template;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The escapes of Go's html/template.
final class HtmlEscapes {

  /// What html/template prints instead of a value that cannot be made safe.
  static final String UNSAFE = "ZgotmplZ";

  private HtmlEscapes() {}

  /// Go's function `html`.
  static String text(String text, BoundedText out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      String escape = c == '+' ? null : replacement(c, false);
      if (escape == null) {
        out.append(c);
      } else {
        out.append(escape);
      }
    }
    return out.toString();
  }

  /// What html/template prints between tags and in attributes.
  ///
  /// @param unquoted escapes spaces, too, for a value without quotes
  /// @param keepEntities leaves `&` alone, for what is HTML already
  static void contextual(String text, boolean unquoted, boolean keepEntities, BoundedText out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      String escape = keepEntities && (c == '&' || c == '+') ? null : replacement(c, unquoted);
      if (escape == null) {
        out.append(c);
      } else {
        out.append(escape);
      }
    }
  }

  private static @Nullable String replacement(char c, boolean unquoted) {
    return switch (c) {
      case 0 -> "\uFFFD";
      case '"' -> "&#34;";
      case '&' -> "&amp;";
      case '\'' -> "&#39;";
      case '+' -> "&#43;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '\t', '\n', 0x0b, '\f', '\r', ' ', '=', '`' -> unquoted ? "&#" + (int) c + ";" : null;
      default -> null;
    };
  }

  /// HTML without its tags, for an attribute.
  static String withoutTags(String html) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < html.length()) {
      int open = html.indexOf('<', at);
      boolean isTag =
          open >= 0
              && open + 1 < html.length()
              && (Character.isLetter(html.charAt(open + 1))
                  || "/!?".indexOf(html.charAt(open + 1)) >= 0);
      if (open < 0) {
        break;
      }
      out.append(html, at, isTag ? open : open + 1);
      int close = isTag ? html.indexOf('>', open) : open;
      if (close < 0) {
        return out.toString();
      }
      at = close + 1;
    }
    return out.append(html, at, html.length()).toString();
  }

  /// Whether an address cannot run a script: http, https, mailto or no scheme at all.
  static boolean isSafeUrl(String url) {
    int colon = url.indexOf(':');
    if (colon < 0 || url.substring(0, colon).indexOf('/') >= 0) {
      return true;
    }
    String scheme = url.substring(0, colon).toLowerCase(Locale.ROOT);
    return scheme.equals("http") || scheme.equals("https") || scheme.equals("mailto");
  }

  /// Percent-encodes what an address may not hold; with `normalize`, keeps what has a meaning
  /// there.
  static String url(String url, boolean normalize) {
    StringBuilder out = new StringBuilder();
    byte[] bytes = GoStrings.bytes(url);
    for (int i = 0; i < bytes.length; i++) {
      char c = (char) (bytes[i] & 0xff);
      boolean escaped =
          c == '%' && i + 2 < bytes.length && isHex(bytes[i + 1]) && isHex(bytes[i + 2]);
      boolean keep =
          (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0))
              || (normalize && ("!#$&*+,/:;=?@[]".indexOf(c) >= 0 || escaped));
      if (keep) {
        out.append(c);
      } else {
        out.append('%')
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 0xf, 16));
      }
    }
    return out.toString();
  }

  private static boolean isHex(byte b) {
    return b > 0 && Character.digit((char) b, 16) >= 0;
  }
}
