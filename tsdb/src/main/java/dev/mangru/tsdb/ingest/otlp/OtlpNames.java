package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.metric.MetricMetadata;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// Makes names of Prometheus of those of OpenTelemetry. Immutable.
///
/// Source: OpenTelemetry, “Prometheus and OpenMetrics Compatibility”; prometheus/otlptranslator, as
/// Prometheus 3.5 has it. The odd units (`m` is meters, but minutes after a stroke) are its.
final class OtlpNames {

  private static final Map<String, String> UNITS =
      Map.ofEntries(
          Map.entry("d", "days"),
          Map.entry("h", "hours"),
          Map.entry("min", "minutes"),
          Map.entry("s", "seconds"),
          Map.entry("ms", "milliseconds"),
          Map.entry("us", "microseconds"),
          Map.entry("ns", "nanoseconds"),
          Map.entry("By", "bytes"),
          Map.entry("KiBy", "kibibytes"),
          Map.entry("MiBy", "mebibytes"),
          Map.entry("GiBy", "gibibytes"),
          Map.entry("TiBy", "tibibytes"),
          Map.entry("KBy", "kilobytes"),
          Map.entry("MBy", "megabytes"),
          Map.entry("GBy", "gigabytes"),
          Map.entry("TBy", "terabytes"),
          Map.entry("m", "meters"),
          Map.entry("V", "volts"),
          Map.entry("A", "amperes"),
          Map.entry("J", "joules"),
          Map.entry("W", "watts"),
          Map.entry("g", "grams"),
          Map.entry("Cel", "celsius"),
          Map.entry("Hz", "hertz"),
          Map.entry("1", ""),
          Map.entry("%", "percent"));

  private static final Map<String, String> PER =
      Map.of(
          "s", "second", "m", "minute", "h", "hour", "d", "day", "w", "week", "mo", "month", "y",
          "year");

  private final boolean escapes;
  private final boolean suffixes;

  OtlpNames(OtlpOptions.Translation translation) {
    this.escapes = translation.escapes();
    this.suffixes = translation.suffixes();
  }

  // ---- labels ---------------------------------------------------------------------------------

  /// The name of a label.
  String label(String name) {
    if (!escapes || name.isEmpty()) {
      return name;
    }
    String safe = escaped(name, false);
    char first = safe.charAt(0);
    if (first >= '0' && first <= '9') {
      return "key_" + safe;
    }
    return first == '_' && !safe.startsWith("__") ? "key" + safe : safe;
  }

  /// With an underscore for each character that is neither letter nor digit; a colon may stay.
  private static String escaped(String name, boolean colon) {
    boolean safe = true;
    for (int i = 0; i < name.length() && safe; i++) {
      safe = allowed(name.charAt(i), colon) || name.charAt(i) == '_';
    }
    if (safe) {
      return name;
    }
    StringBuilder text = new StringBuilder(name.length());
    name.codePoints().forEach(c -> text.append(allowed(c, colon) ? (char) c : '_'));
    return text.toString();
  }

  private static boolean allowed(int c, boolean colon) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || (c == ':' && colon);
  }

  // ---- metrics --------------------------------------------------------------------------------

  /// The name of a metric's family.
  ///
  /// @param type what it is to Prometheus
  String metric(String name, String unit, MetricMetadata.Type type) {
    if (!escapes) {
      return suffixes ? withSuffixes(name, unit, type) : name;
    }
    String safe =
        suffixes
            ? String.join("_", withSuffixes(tokens(name, false), unit, type))
            : String.join("_", tokens(name, true));
    return !safe.isEmpty() && safe.charAt(0) >= '0' && safe.charAt(0) <= '9' ? "_" + safe : safe;
  }

  /// What lies between the characters that a name may not have.
  private static List<String> tokens(String name, boolean underscores) {
    List<String> tokens = new ArrayList<>();
    int from = -1;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (allowed(c, true) || (underscores && c == '_')) {
        from = from < 0 ? i : from;
      } else if (from >= 0) {
        tokens.add(name.substring(from, i));
        from = -1;
      }
    }
    if (from >= 0) {
      tokens.add(name.substring(from));
    }
    return tokens;
  }

  private static List<String> withSuffixes(
      List<String> tokens, String unit, MetricMetadata.Type type) {
    String main = cleaned(mainUnit(unit));
    String per = cleaned(perUnit(unit));
    if (tokens.contains(main)) {
      main = "";
    }
    if (per.equals("per_")) {
      per = "";
    } else {
      per = withoutEnd(per);
      if (tokens.contains(per)) {
        per = "";
      }
    }
    if (!per.isEmpty()) {
      main = withoutEnd(main);
    }
    if (!main.isEmpty()) {
      tokens.add(main);
    }
    if (!per.isEmpty()) {
      tokens.add(per);
    }
    if (type == MetricMetadata.Type.COUNTER) {
      tokens.removeAll(Collections.singleton("total"));
      tokens.add("total");
    }
    if (isRatio(unit, type)) {
      tokens.removeAll(Collections.singleton("ratio"));
      tokens.add("ratio");
    }
    return tokens;
  }

  private static boolean isRatio(String unit, MetricMetadata.Type type) {
    return unit.equals("1") && type == MetricMetadata.Type.GAUGE;
  }

  private static String withSuffixes(String name, String unit, MetricMetadata.Type type) {
    String text = name;
    String end = "";
    if (isRatio(unit, type)) {
      text = without(text, "ratio");
      end = "_ratio";
    }
    if (type == MetricMetadata.Type.COUNTER) {
      text = without(text, "total");
      end = "_total" + end;
    }
    String per = perUnit(unit);
    if (!per.isEmpty()) {
      text = without(text, per);
      end = "_" + per + end;
    }
    String main = mainUnit(unit);
    if (!main.isEmpty() && !text.endsWith(main)) {
      text += "_" + main;
    }
    return text + end;
  }

  /// Takes a suffix away, and the character in front of it.
  private static String without(String name, String suffix) {
    return name.endsWith(suffix) && name.length() > suffix.length() + 1
        ? name.substring(0, name.length() - suffix.length() - 1)
        : name;
  }

  // ---- units ----------------------------------------------------------------------------------

  private static String mainUnit(String unit) {
    int stroke = unit.indexOf('/');
    String main = (stroke < 0 ? unit : unit.substring(0, stroke)).strip();
    return isAnnotation(main) ? "" : UNITS.getOrDefault(main, main);
  }

  private static String perUnit(String unit) {
    int stroke = unit.indexOf('/');
    String per = stroke < 0 ? "" : unit.substring(stroke + 1).strip();
    return per.isEmpty() || isAnnotation(per) ? "" : "per_" + PER.getOrDefault(per, per);
  }

  private static boolean isAnnotation(String unit) {
    return unit.indexOf('{') >= 0 || unit.indexOf('}') >= 0;
  }

  /// A unit as part of a name: no underscore in front, none after another.
  private static String cleaned(String unit) {
    StringBuilder text = new StringBuilder(unit.length());
    unit.codePoints()
        .forEach(c -> {
          char next = allowed(c, true) ? (char) c : '_';
          if (next != '_' || text.isEmpty() || text.charAt(text.length() - 1) != '_') {
            text.append(next);
          }
        });
    return !text.isEmpty() && text.charAt(0) == '_' ? text.substring(1) : text.toString();
  }

  private static String withoutEnd(String unit) {
    return unit.endsWith("_") ? unit.substring(0, unit.length() - 1) : unit;
  }
}
