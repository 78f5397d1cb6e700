package dev.mangru.tsdb.conformance;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Side;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads a native histogram of a script: `{{schema:1 count:3 sum:5 buckets:[1 2]}}`. Stateless.
final class HistogramNotation {

  /// What a histogram says.
  ///
  /// @param hinted whether it says something of counter resets
  record Parsed(FloatHistogram histogram, boolean hinted) {}

  private final Map<String, Double> numbers = new HashMap<>();
  private final Map<String, double[]> lists = new HashMap<>();
  private ResetHint hint = ResetHint.UNKNOWN;
  private boolean hinted;

  private HistogramNotation() {}

  /// Reads what stands between the double braces.
  ///
  /// @throws IllegalArgumentException if it is malformed
  static Parsed parse(String inside) {
    HistogramNotation notation = new HistogramNotation();
    Set<String> seen = new HashSet<>();
    for (String item : items(inside)) {
      int colon = item.indexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException("missing `:` for histogram descriptor: " + item);
      }
      String key = item.substring(0, colon);
      if (!seen.add(key)) {
        throw new IllegalArgumentException("duplicate key \"" + key + "\" in histogram");
      }
      notation.take(key, item.substring(colon + 1));
    }
    return new Parsed(notation.build(), notation.hinted);
  }

  /// Splits at blanks outside brackets.
  private static List<String> items(String inside) {
    List<String> items = new ArrayList<>();
    StringBuilder item = new StringBuilder();
    boolean list = false;
    for (int i = 0; i < inside.length(); i++) {
      char c = inside.charAt(i);
      if (!list && (c == ' ' || c == '\t')) {
        add(items, item);
      } else {
        list = c == '[' || (list && c != ']');
        item.append(c);
      }
    }
    add(items, item);
    return items;
  }

  private static void add(List<String> items, StringBuilder item) {
    if (!item.isEmpty()) {
      items.add(item.toString());
      item.setLength(0);
    }
  }

  private void take(String key, String value) {
    switch (key) {
      case "schema", "sum", "count", "z_bucket", "z_bucket_w", "offset", "n_offset" ->
          numbers.put(key, SeriesNotation.number(value));
      case "buckets", "n_buckets", "custom_values" -> lists.put(key, list(value));
      case "counter_reset_hint" -> {
        hinted = true;
        hint =
            switch (value) {
              case "unknown" -> ResetHint.UNKNOWN;
              case "reset" -> ResetHint.RESET;
              case "not_reset" -> ResetHint.NO_RESET;
              case "gauge" -> ResetHint.GAUGE;
              default ->
                  throw new IllegalArgumentException("bad histogram descriptor found: " + value);
            };
      }
      default -> throw new IllegalArgumentException("bad histogram descriptor found: " + key);
    }
  }

  private static double[] list(String text) {
    if (!text.startsWith("[") || !text.endsWith("]") || text.startsWith("[ ")) {
      throw new IllegalArgumentException("a list stands in brackets: " + text);
    }
    String inside = text.substring(1, text.length() - 1).trim();
    if (inside.isEmpty()) {
      return new double[0];
    }
    String[] words = inside.split("[ \t]+", -1);
    double[] values = new double[words.length];
    for (int i = 0; i < words.length; i++) {
      values[i] = SeriesNotation.number(words[i]);
    }
    return values;
  }

  private double number(String key) {
    return numbers.getOrDefault(key, 0.0);
  }

  private int integer(String key) {
    double value = number(key);
    if (value != (int) value) {
      throw new IllegalArgumentException(key + " is no integer: " + value);
    }
    return (int) value;
  }

  private FloatHistogram build() {
    int schema = integer("schema");
    if (schema != NativeHistogram.CUSTOM_BUCKETS_SCHEMA && (schema < -9 || schema > 52)) {
      throw new IllegalArgumentException("there is no schema " + schema);
    }
    return new FloatHistogram(
        schema,
        hint,
        number("z_bucket_w"),
        number("z_bucket"),
        number("count"),
        number("sum"),
        side("buckets", "offset"),
        side("n_buckets", "n_offset"),
        lists.getOrDefault("custom_values", new double[0]));
  }

  private Side side(String buckets, String offset) {
    double[] counts = lists.getOrDefault(buckets, new double[0]);
    int[] indexes = new int[counts.length];
    int first = integer(offset);
    for (int i = 0; i < counts.length; i++) {
      indexes[i] = first + i;
    }
    return new Side(indexes, counts);
  }
}
