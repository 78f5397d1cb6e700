package dev.mangru.alerts.template;

import java.io.ByteArrayOutputStream;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The functions of Alertmanager's notification templates.
final class AlertmanagerFunctions {

  /// Elements that a list made by a template may have; each `append` copies it.
  private static final int LIST_LIMIT = 10_000;

  private AlertmanagerFunctions() {}

  static List<Function> all() {
    List<Function> functions = new ArrayList<>(texts());
    functions.addAll(others());
    return functions;
  }

  @FunctionalInterface
  private interface OfText {
    Value apply(String text) throws FunctionFailure;
  }

  private static Function text(String name, OfText body) {
    return Function.fixed(
        name, (given, _) -> body.apply(Builtins.string(given.getFirst())), GoType.STRING);
  }

  private static List<Function> texts() {
    return List.of(
        text("toUpper", text -> Value.text(PrometheusFunctions.upper(text))),
        text("toLower", text -> Value.text(PrometheusFunctions.lower(text))),
        text("title", text -> Value.text(TitleCase.of(text, false))),
        text("trimSpace", text -> Value.text(trim(text))),
        text("safeHtml", text -> new Value.Text(text, GoType.HTML)),
        text("safeUrl", text -> new Value.Text(text, GoType.URL)),
        text("urlUnescape", text -> Value.text(unescape(text))),
        Function.fixed(
            "match",
            (given, made) ->
                new Value.Bool(
                    Regexes.matches(
                        Builtins.string(given.get(0)), Builtins.string(given.get(1)), made)),
            GoType.STRING,
            GoType.STRING),
        Function.fixed(
            "reReplaceAll",
            (given, made) ->
                Value.text(
                    Regexes.replaceAll(
                        Builtins.string(given.get(0)),
                        Builtins.string(given.get(1)),
                        Builtins.string(given.get(2)),
                        made)),
            GoType.STRING,
            GoType.STRING,
            GoType.STRING),
        Function.fixed("join", AlertmanagerFunctions::join, GoType.STRING, GoType.STRING_LIST),
        Function.variadic(
            "stringSlice",
            (given, _) -> new Value.Items(given, GoType.STRING_LIST),
            GoType.STRING));
  }

  private static List<Function> others() {
    return List.of(
        Function.fixed(
            "date",
            (given, _) ->
                Value.text(
                    GoTimeFormat.format(
                        GoTimes.at(given.getLast()), Builtins.string(given.getFirst()))),
            GoType.STRING,
            GoTimes.TIME),
        Function.fixed("tz", (given, _) -> zoned(given), GoType.STRING, GoTimes.TIME),
        Function.fixed("now", (_, made) -> GoTimes.time(made.context().now())),
        Function.fixed(
            "since",
            (given, made) ->
                GoTimes.duration(
                    GoTimes.between(
                        GoTimes.at(given.getFirst()), made.context().now().atZone(ZoneOffset.UTC))),
            GoTimes.TIME),
        Function.fixed(
            "humanizeDuration",
            (given, _) -> Value.text(Humanize.duration(Humanize.toNumber(given.getFirst()))),
            GoType.ANY),
        Function.fixed(
            "toJson",
            (given, made) -> Value.text(GoJson.of(given.getFirst(), made.text())),
            GoType.ANY),
        Function.variadic(
            "list", (given, _) -> new Value.Items(given, GoType.ANY_LIST), GoType.ANY),
        Function.variadic("append", AlertmanagerFunctions::append, GoType.ANY_LIST, GoType.ANY),
        Function.variadic("dict", (given, _) -> dict(given), GoType.ANY));
  }

  /// Go's `strings.TrimSpace`.
  private static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || Character.isSpaceChar(c);
  }

  /// Go's `url.QueryUnescape`.
  private static String unescape(String text) throws FunctionFailure {
    byte[] bytes = GoStrings.bytes(text);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '+') {
        out.write(' ');
      } else if (bytes[i] != '%') {
        out.write(bytes[i]);
      } else {
        int high = i + 1 < bytes.length ? Character.digit((char) (bytes[i + 1] & 0xff), 16) : -1;
        int low = i + 2 < bytes.length ? Character.digit((char) (bytes[i + 2] & 0xff), 16) : -1;
        if (high < 0 || low < 0) {
          byte[] bad = Arrays.copyOfRange(bytes, i, Math.min(i + 3, bytes.length));
          throw new FunctionFailure("invalid URL escape " + GoStrings.quote(GoStrings.text(bad)));
        }
        out.write(high * 16 + low);
        i += 2;
      }
    }
    return GoStrings.text(out.toByteArray());
  }

  private static List<Value> items(Value list) {
    return list instanceof Value.Items items ? items.values() : List.of();
  }

  private static Value join(List<Value> given, Function.Invocation made) {
    String separator = Builtins.string(given.getFirst());
    BoundedText out = made.text();
    boolean first = true;
    for (Value item : items(given.getLast())) {
      if (!first) {
        out.append(separator);
      }
      first = false;
      out.append(Builtins.string(item));
    }
    return Value.text(out.toString());
  }

  private static Value zoned(List<Value> given) throws FunctionFailure {
    String name = Builtins.string(given.getFirst());
    try {
      ZoneId zone =
          name.isEmpty() || name.equals("UTC") || name.equals("Local")
              ? ZoneOffset.UTC
              : ZoneId.of(name);
      return new Value.Time(GoTimes.at(given.getLast()).withZoneSameInstant(zone), GoTimes.TIME);
    } catch (DateTimeException _) {
      throw new FunctionFailure("unknown time zone " + name);
    }
  }

  private static Value append(List<Value> given, Function.Invocation made)
      throws FunctionFailure, TemplateException {
    List<Value> all = new ArrayList<>(items(given.getFirst()));
    all.addAll(given.subList(1, given.size()));
    made.charge(all.size() / 8);
    if (all.size() > LIST_LIMIT) {
      throw new FunctionFailure("a list of a template has at most " + LIST_LIMIT + " elements");
    }
    return new Value.Items(all, GoType.ANY_LIST);
  }

  private static Value dict(List<Value> given) throws FunctionFailure {
    if (given.size() % 2 != 0) {
      throw new FunctionFailure("dict requires an even number of arguments");
    }
    Map<String, Value> entries = new LinkedHashMap<>();
    for (int i = 0; i < given.size(); i += 2) {
      if (!(given.get(i) instanceof Value.Text key)) {
        throw new FunctionFailure("dict keys must be strings");
      }
      entries.put(key.value(), given.get(i + 1));
    }
    return new Value.Mapping(entries, GoType.ANY_MAP);
  }
}
