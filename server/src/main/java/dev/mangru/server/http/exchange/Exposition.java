package dev.mangru.server.http.exchange;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The form that a reader of federated samples gets: text 0.0.4, or delimited Protocol Buffers.
///
/// Source: prometheus/common `expfmt.Negotiate`; OpenMetrics is not among them there either.
///
/// @param protobuf whether the form is delimited Protocol Buffers
/// @param escaping of names
record Exposition(boolean protobuf, Escaping escaping) {

  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String PROTOBUF =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
          + " encoding=delimited";

  /// Most ranges of a header that are looked at. Chosen.
  private static final int MAX_RANGES = 64;

  /// One range of a header.
  private record Range(String type, Map<String, String> parameters, double quality) {}

  /// What a header asks for.
  ///
  /// @param accept the header; null where there is none
  static Exposition of(@Nullable String accept) {
    Escaping escaping = Escaping.UNDERSCORES;
    for (Range range : ranges(accept)) {
      Escaping asked = Escaping.of(range.parameters.getOrDefault("escaping", ""));
      escaping = asked == null ? escaping : asked;
      if (range.type.equals("application/vnd.google.protobuf")
          && range.parameters.getOrDefault("proto", "").equals("io.prometheus.client.MetricFamily")
          && range.parameters.getOrDefault("encoding", "").equals("delimited")) {
        return new Exposition(true, escaping);
      }
      String version = range.parameters.getOrDefault("version", "");
      if (range.type.equals("text/plain") && (version.isEmpty() || version.equals("0.0.4"))) {
        return new Exposition(false, escaping);
      }
    }
    return new Exposition(false, escaping);
  }

  private static List<Range> ranges(@Nullable String accept) {
    List<Range> ranges = new ArrayList<>();
    if (accept == null) {
      return ranges;
    }
    for (String part : accept.split(",", MAX_RANGES)) {
      String[] words = part.split(";", -1);
      Map<String, String> parameters = new HashMap<>();
      for (int i = 1; i < words.length; i++) {
        int equals = words[i].indexOf('=');
        if (equals > 0) {
          parameters.put(
              words[i].substring(0, equals).strip(),
              words[i].substring(equals + 1).strip().replace("\"", ""));
        }
      }
      ranges.add(
          new Range(
              words[0].strip().toLowerCase(Locale.ROOT),
              parameters,
              quality(parameters.getOrDefault("q", "1"))));
    }
    ranges.sort(Comparator.comparingDouble(Range::quality).reversed());
    return ranges;
  }

  private static double quality(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException _) {
      return 1;
    }
  }

  /// The header of the answer.
  String contentType() {
    return (protobuf ? PROTOBUF : TEXT) + "; escaping=" + escaping.word();
  }
}
