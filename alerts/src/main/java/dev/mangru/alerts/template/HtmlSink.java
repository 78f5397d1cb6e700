package dev.mangru.alerts.template;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Output for an HTML page: follows the page's own text to know where a value lands (between tags,
/// in a tag, in an attribute, in an address) and escapes it for that place, as Go's html/template
/// does. Comments are left out, as there.
///
/// Values inside of `<script>`, `<style>`, `style=` and `on…=` are refused with an error, as no
/// page of ours needs them; html/template would write them as JavaScript or CSS. Go finds the place
/// of an action before it runs anything; this follows what is really written, so branches that end
/// in different places are fine here. Confined to one thread.
final class HtmlSink implements Sink {

  private enum Place {
    TEXT,
    TAG_NAME,
    TAG,
    ATTRIBUTE_NAME,
    AFTER_NAME,
    BEFORE_VALUE,
    VALUE,
    COMMENT,
    RAW_TEXT
  }

  private static final Set<String> URL_ATTRIBUTES =
      Set.of(
          "action",
          "archive",
          "background",
          "cite",
          "classid",
          "codebase",
          "data",
          "formaction",
          "href",
          "icon",
          "longdesc",
          "manifest",
          "poster",
          "profile",
          "src",
          "usemap",
          "xlink:href",
          "xmlns");

  private static final Set<String> RAW_ELEMENTS = Set.of("script", "style", "textarea", "title");

  private final BoundedText out;
  private Place place = Place.TEXT;
  private final StringBuilder tag = new StringBuilder();
  private final StringBuilder attribute = new StringBuilder();
  private final StringBuilder value = new StringBuilder();

  /// What ends the attribute's value: a quote, or a space for none.
  private char delimiter = ' ';

  HtmlSink(BoundedText out) {
    this.out = out;
  }

  @Override
  public String result() {
    return out.toString();
  }

  @Override
  public void text(String text) {
    int at = 0;
    while (at < text.length()) {
      at =
          switch (place) {
            case TEXT -> betweenTags(text, at);
            case COMMENT -> comment(text, at);
            case RAW_TEXT -> rawText(text, at);
            case TAG_NAME, TAG, ATTRIBUTE_NAME, AFTER_NAME, BEFORE_VALUE, VALUE -> {
              inTag(text.charAt(at));
              yield at + 1;
            }
          };
    }
  }

  private int betweenTags(String text, int at) {
    int open = text.indexOf('<', at);
    if (open < 0) {
      out.append(text, at, text.length());
      return text.length();
    }
    out.append(text, at, open);
    if (text.startsWith("<!--", open)) {
      place = Place.COMMENT;
      return open + 4;
    }
    char next = open + 1 < text.length() ? text.charAt(open + 1) : ' ';
    boolean opens = Character.isLetter(next) || next == '/';
    if (opens) {
      place = Place.TAG_NAME;
      tag.setLength(0);
    }
    boolean keeps = opens || text.regionMatches(true, open, "<!doctype", 0, 9);
    out.append(keeps ? "<" : "&lt;");
    return open + 1;
  }

  private int comment(String text, int at) {
    int end = text.indexOf("-->", at);
    if (end < 0) {
      return text.length();
    }
    place = Place.TEXT;
    return end + 3;
  }

  private int rawText(String text, int at) {
    String end = "</" + tag;
    int close = text.toLowerCase(Locale.ROOT).indexOf(end, at);
    int stop = close < 0 ? text.length() : close;
    out.append(text, at, stop);
    if (close >= 0) {
      place = Place.TEXT;
    }
    return stop;
  }

  private void inTag(char c) {
    boolean space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    if (place == Place.VALUE) {
      boolean ends = delimiter == ' ' ? space || c == '>' : c == delimiter;
      if (!ends) {
        value.append(c);
        out.append(c);
        return;
      }
      place = Place.TAG;
      if (c != '>') {
        out.append(c);
        return;
      }
    }
    out.append(c);
    if (c == '>') {
      String name = tag.toString().toLowerCase(Locale.ROOT);
      place = RAW_ELEMENTS.contains(name) ? Place.RAW_TEXT : Place.TEXT;
      tag.setLength(0);
      tag.append(name);
      return;
    }
    switch (place) {
      case TAG_NAME -> {
        if (space) {
          place = Place.TAG;
        } else {
          tag.append(c);
        }
      }
      case TAG, AFTER_NAME -> {
        if (c == '=' && place == Place.AFTER_NAME) {
          place = Place.BEFORE_VALUE;
        } else if (!space && c != '/') {
          place = Place.ATTRIBUTE_NAME;
          attribute.setLength(0);
          attribute.append(c);
        }
      }
      case ATTRIBUTE_NAME -> {
        if (c == '=') {
          place = Place.BEFORE_VALUE;
        } else if (space) {
          place = Place.AFTER_NAME;
        } else {
          attribute.append(c);
        }
      }
      case BEFORE_VALUE -> {
        if (!space) {
          place = Place.VALUE;
          value.setLength(0);
          delimiter = c == '"' || c == '\'' ? c : ' ';
          if (delimiter == ' ') {
            value.append(c);
          }
        }
      }
      case TEXT, VALUE, COMMENT, RAW_TEXT -> {}
    }
  }

  @Override
  public void value(Value printed, boolean escaped) throws FunctionFailure {
    boolean html =
        escaped || (printed instanceof Value.Text text && text.type().equals(GoType.HTML));
    boolean safeUrl = printed instanceof Value.Text text && text.type().equals(GoType.URL);
    String text =
        switch (printed) {
          case Value.Nil _ -> "";
          case Value.Text plain -> plain.value();
          default ->
              GoFormat.print(List.of(Values.indirect(printed)), new BoundedText(out.limit()));
        };
    switch (place) {
      case TEXT -> {
        if (html) {
          out.append(text);
        } else {
          HtmlEscapes.contextual(text, false, false, out);
        }
      }
      case COMMENT -> {}
      case RAW_TEXT -> {
        refuseScript(tag.toString());
        HtmlEscapes.contextual(text, false, html, out);
      }
      case TAG_NAME, TAG, ATTRIBUTE_NAME, AFTER_NAME -> {
        boolean name =
            !text.isEmpty() && text.chars().allMatch(c -> c < 0x80 && Character.isLetterOrDigit(c));
        text(name ? text : HtmlEscapes.UNSAFE);
      }
      case BEFORE_VALUE -> {
        place = Place.VALUE;
        value.setLength(0);
        delimiter = ' ';
        attributeValue(text, html, safeUrl);
      }
      case VALUE -> attributeValue(text, html, safeUrl);
    }
  }

  private static void refuseScript(String element) throws FunctionFailure {
    if (element.equals("script") || element.equals("style")) {
      throw new FunctionFailure("a value inside of <" + element + "> is not supported");
    }
  }

  private void attributeValue(String text, boolean html, boolean safeUrl) throws FunctionFailure {
    String name = attribute.toString().toLowerCase(Locale.ROOT);
    if (name.startsWith("on") || name.equals("style")) {
      throw new FunctionFailure("a value inside of the attribute " + name + " is not supported");
    }
    String safe = text;
    if (URL_ATTRIBUTES.contains(name)) {
      boolean query = value.indexOf("?") >= 0 || value.indexOf("#") >= 0;
      if (value.isEmpty() && !safeUrl && !HtmlEscapes.isSafeUrl(text)) {
        safe = "#" + HtmlEscapes.UNSAFE;
      } else {
        safe = HtmlEscapes.url(text, !query || safeUrl);
      }
    } else if (html) {
      safe = HtmlEscapes.withoutTags(text);
    }
    value.append(safe);
    HtmlEscapes.contextual(safe, delimiter == ' ', html, out);
  }
}
