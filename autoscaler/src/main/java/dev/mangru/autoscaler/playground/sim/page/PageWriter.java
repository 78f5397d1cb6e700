package dev.mangru.autoscaler.playground.sim.page;

import java.nio.charset.StandardCharsets;

/// Writes the Prometheus text format 0.0.4. Confined to one page.
final class PageWriter {

  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final double LARGEST_WHOLE = 1e15;

  private final StringBuilder out = new StringBuilder(8192);
  private String family = "";

  /// Begins a family; its samples follow.
  PageWriter family(String name, String type, String help) {
    family = name;
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /// A sample of the present family.
  ///
  /// @param labels as [#labels] makes them; may be empty
  PageWriter sample(String labels, double value) {
    return sample("", labels, value);
  }

  /// A sample of the present family that is a count.
  PageWriter sample(String labels, long value) {
    return sample("", labels, value);
  }

  /// A count whose name has a suffix, such as `_bucket`.
  PageWriter sample(String suffix, String labels, long value) {
    return sample(suffix, labels, Long.toString(value));
  }

  /// A sample whose name has a suffix, such as `_bucket`.
  PageWriter sample(String suffix, String labels, double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < LARGEST_WHOLE;
    return sample(suffix, labels, whole ? Long.toString((long) value) : Double.toString(value));
  }

  private PageWriter sample(String suffix, String labels, String value) {
    out.append(family).append(suffix);
    if (!labels.isEmpty()) {
      out.append('{').append(labels).append('}');
    }
    out.append(' ').append(value).append('\n');
    return this;
  }

  /// `name="value"` pairs with commas between them; empty values are left out, since they mean the
  /// same as none.
  static String labels(String... namesAndValues) {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (!namesAndValues[i + 1].isEmpty()) {
        labels.append(labels.isEmpty() ? "" : ",").append(namesAndValues[i]).append("=\"");
        escape(labels, namesAndValues[i + 1]);
        labels.append('"');
      }
    }
    return labels.toString();
  }

  private static void escape(StringBuilder out, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '"' -> out.append("\\\"");
        case '\n' -> out.append("\\n");
        default -> out.append(c);
      }
    }
  }

  byte[] bytes() {
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }
}
