package dev.mangru.alerts.template;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.QueryValue;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The functions of Prometheus' rule templates.
final class PrometheusFunctions {

  private static final GoType SAMPLE = GoType.struct("template.sample", Map.of()).pointer();
  private static final GoType QUERY_RESULT = GoType.list("template.queryResult", SAMPLE, Map.of());

  /// What Go says when a program follows a pointer to nothing.
  private static final String NIL_POINTER =
      "runtime error: invalid memory address or nil pointer dereference";

  private PrometheusFunctions() {}

  static List<Function> all() {
    List<Function> functions = new ArrayList<>(texts());
    functions.addAll(numbers());
    functions.addAll(queries());
    return functions;
  }

  static List<Function> console() {
    return List.of(
        Function.fixed(
            "tmpl",
            (given, made) -> {
              try {
                return new Value.Text(
                    made.render(Builtins.string(given.getFirst()), given.getLast()), GoType.HTML);
              } catch (TemplateException e) {
                if (e.phase() == TemplateException.Phase.LIMIT) {
                  throw e;
                }
                throw new FunctionFailure(e.text());
              }
            },
            GoType.STRING,
            GoType.ANY));
  }

  private static List<Function> queries() {
    return List.of(
        Function.fixed("query", PrometheusFunctions::query, GoType.STRING),
        Function.fixed("first", (given, _) -> first(given.getFirst()), QUERY_RESULT),
        Function.fixed(
            "label",
            (given, _) -> label(Builtins.string(given.getFirst()), given.getLast()),
            GoType.STRING,
            SAMPLE),
        Function.fixed("value", (given, _) -> sample(given.getFirst(), "Value"), SAMPLE),
        Function.fixed("strvalue", (given, _) -> label("__value__", given.getFirst()), SAMPLE),
        Function.fixed(
            "sortByLabel", PrometheusFunctions::sortByLabel, GoType.STRING, QUERY_RESULT),
        Function.variadic("args", (given, _) -> args(given), GoType.ANY),
        Function.fixed(
            "graphLink", (given, _) -> Value.text(link(given.getFirst(), 0)), GoType.STRING),
        Function.fixed(
            "tableLink", (given, _) -> Value.text(link(given.getFirst(), 1)), GoType.STRING),
        Function.fixed("externalURL", (_, made) -> Value.text(made.context().externalUrl())),
        Function.fixed("pathPrefix", (_, made) -> Value.text(path(made.context().externalUrl()))));
  }

  private static List<Function> texts() {
    return List.of(
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
        Function.fixed(
            "match",
            (given, made) ->
                new Value.Bool(
                    Regexes.matches(
                        Builtins.string(given.get(0)), Builtins.string(given.get(1)), made)),
            GoType.STRING,
            GoType.STRING),
        Function.fixed(
            "safeHtml",
            (given, _) -> new Value.Text(Builtins.string(given.getFirst()), GoType.HTML),
            GoType.STRING),
        text("title", text -> TitleCase.of(text, true)),
        text("toUpper", PrometheusFunctions::upper),
        text("toLower", PrometheusFunctions::lower),
        text("stripPort", HostPort::withoutPort),
        text("stripDomain", HostPort::withoutDomain),
        text("urlQueryEscape", Builtins::queryEscape));
  }

  @FunctionalInterface
  private interface OfText {
    String apply(String text) throws FunctionFailure;
  }

  private static Function text(String name, OfText body) {
    return Function.fixed(
        name,
        (given, _) -> Value.text(body.apply(Builtins.string(given.getFirst()))),
        GoType.STRING);
  }

  /// Letter by letter, as Go does it: no letter becomes two.
  static String upper(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(rune -> out.appendCodePoint(Character.toUpperCase(rune)));
    return out.toString();
  }

  /// Letter by letter.
  static String lower(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(rune -> out.appendCodePoint(Character.toLowerCase(rune)));
    return out.toString();
  }

  @FunctionalInterface
  private interface OfNumber {
    Value apply(double number) throws FunctionFailure;
  }

  private static Function number(String name, OfNumber body) {
    return Function.fixed(
        name, (given, _) -> body.apply(Humanize.toNumber(given.getFirst())), GoType.ANY);
  }

  private static List<Function> numbers() {
    return List.of(
        number("humanize", number -> Value.text(Humanize.decimal(number))),
        number("humanize1024", number -> Value.text(Humanize.binary(number))),
        number("humanizeDuration", number -> Value.text(Humanize.duration(number))),
        number("humanizePercentage", number -> Value.text(Humanize.percentage(number))),
        number("humanizeTimestamp", PrometheusFunctions::humanizeTimestamp),
        number("toTime", PrometheusFunctions::toTime),
        number(
            "toDuration", number -> new Value.IntPointer(nanos(number), GoTimes.DURATION_POINTER)),
        Function.fixed(
            "now", (_, made) -> new Value.Real(made.context().now().toEpochMilli() / 1_000.0)),
        Function.fixed(
            "parseDuration",
            (given, _) -> new Value.Real(Durations.parseSeconds(Builtins.string(given.getFirst()))),
            GoType.STRING));
  }

  /// Seconds as nanoseconds; what does not fit is the smallest integer, as in Go.
  private static long nanos(double seconds) {
    double nanos = seconds * 1e9;
    return Double.isNaN(nanos) || nanos >= 0x1p63 || nanos < -0x1p63
        ? Long.MIN_VALUE
        : (long) nanos;
  }

  private static Value humanizeTimestamp(double seconds) throws FunctionFailure {
    if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
      return Value.text(Humanize.notFinite(seconds));
    }
    Value time = toTime(seconds);
    return Value.text(GoFormat.print(List.of(time), new BoundedText(1_000)));
  }

  private static Value toTime(double seconds) throws FunctionFailure {
    if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
      throw new FunctionFailure("value is NaN or Inf");
    }
    double nanos = seconds * 1e9;
    if (nanos > 0x1p63 || nanos < -0x1p63) {
      throw new FunctionFailure(
          GoFloats.shortest(seconds)
              + " cannot be represented as a nanoseconds timestamp since it overflows int64");
    }
    Instant at = Instant.ofEpochMilli((long) nanos / 1_000_000);
    return new Value.Time(GoTimes.at(GoTimes.time(at)), GoTimes.TIME_POINTER);
  }

  private static Value query(List<Value> given, Function.Invocation made)
      throws FunctionFailure, TemplateException {
    TemplateContext context = made.context();
    List<QueryValue.Sample> samples =
        context.query().query(Builtins.string(given.getFirst()), context.now());
    made.charge(samples.size());
    List<Value> result = new ArrayList<>(samples.size());
    for (QueryValue.Sample sample : samples) {
      Map<String, String> labels = new LinkedHashMap<>();
      for (Label label : sample.labels()) {
        labels.put(label.name(), label.value());
      }
      Map<String, Value> fields = new LinkedHashMap<>();
      fields.put("Labels", Value.strings(labels));
      fields.put("Value", new Value.Real(sample.value()));
      result.add(new Value.Struct(fields, SAMPLE));
    }
    return new Value.Items(result, QUERY_RESULT);
  }

  private static Value first(Value vector) throws FunctionFailure {
    if (vector instanceof Value.Items(List<Value> values, GoType _) && !values.isEmpty()) {
      return values.getFirst();
    }
    throw new FunctionFailure("first() called on vector with no elements");
  }

  private static Value sample(Value sample, String field) throws FunctionFailure {
    Value value = sample instanceof Value.Struct struct ? struct.fields().get(field) : null;
    if (value == null) {
      throw new FunctionFailure(NIL_POINTER);
    }
    return value;
  }

  private static Value label(String name, Value sample) throws FunctionFailure {
    Value labels = sample(sample, "Labels");
    Value value = labels instanceof Value.Mapping mapping ? mapping.entries().get(name) : null;
    return value == null ? Value.text("") : value;
  }

  private static Value sortByLabel(List<Value> given, Function.Invocation made)
      throws FunctionFailure, TemplateException {
    if (!(given.getLast() instanceof Value.Items(List<Value> values, GoType type))) {
      return given.getLast();
    }
    made.charge(values.size());
    String name = Builtins.string(given.getFirst());
    record Keyed(String key, Value sample) {}
    List<Keyed> keyed = new ArrayList<>();
    for (Value sample : values) {
      keyed.add(new Keyed(Builtins.string(label(name, sample)), sample));
    }
    keyed.sort(Comparator.comparing(Keyed::key, Values.BY_BYTES));
    return new Value.Items(keyed.stream().map(Keyed::sample).toList(), type);
  }

  private static Value args(List<Value> given) {
    Map<String, Value> named = new LinkedHashMap<>();
    for (int i = 0; i < given.size(); i++) {
      named.put("arg" + i, given.get(i));
    }
    return new Value.Mapping(named, GoType.ANY_MAP);
  }

  private static String link(Value expression, int tab) {
    return "/graph?g0.expr=" + Builtins.queryEscape(Builtins.string(expression)) + "&g0.tab=" + tab;
  }

  private static String path(String url) {
    @Nullable String path = URI.create(url).getPath();
    return path == null ? "" : path;
  }
}
