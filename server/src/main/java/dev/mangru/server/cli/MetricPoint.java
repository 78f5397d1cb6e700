package dev.mangru.server.cli;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.tsdb.transfer.ImportSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The samples of one metric at one time, which OpenMetrics keeps together: a counter's `_total`
/// and `_created`, a histogram's buckets, sum and count. Held until the next one begins, so that a
/// `_created` among them can say when the others began. Confined to one thread.
final class MetricPoint {

  private static final String CREATED = "_created";

  private final @Nullable ImportSink sink;
  private final List<Labels> series = new ArrayList<>();
  private final List<Double> values = new ArrayList<>();
  private String family = "";
  private Labels group = Labels.empty();
  private long timestampMs;
  private long startMs = SampleCursor.NO_START;

  /// @param sink gets the samples; null only where none come
  MetricPoint(@Nullable ImportSink sink) {
    this.sink = sink;
  }

  void add(Labels labels, double value, long timeMs, Map<String, MetricMetadata> families)
      throws IOException {
    String name = labels.metricName();
    String of = familyWithStart(name, families);
    if (of.isEmpty()) {
      end();
      tell(labels, timeMs, SampleCursor.NO_START, value);
      return;
    }
    Labels key = labels.without(List.of(Labels.METRIC_NAME, "le", "quantile"));
    if (timeMs != timestampMs || !of.equals(family) || !key.equals(group)) {
      end();
      family = of;
      group = key;
      timestampMs = timeMs;
    }
    if (name.endsWith(CREATED) && name.length() == of.length() + CREATED.length()) {
      startMs = Math.round(value * 1000);
    } else {
      series.add(labels);
      values.add(value);
    }
  }

  /// The family of a sample whose type has start timestamps; empty for all others.
  private static String familyWithStart(String name, Map<String, MetricMetadata> families) {
    for (String suffix : List.of("_total", "_bucket", "_count", "_sum", CREATED, "")) {
      if (!name.endsWith(suffix)) {
        continue;
      }
      String family = name.substring(0, name.length() - suffix.length());
      MetricMetadata known = families.get(family);
      if (known != null && has(known.type(), suffix)) {
        return family;
      }
    }
    return "";
  }

  private static boolean has(MetricMetadata.Type type, String suffix) {
    return switch (type) {
      case COUNTER -> suffix.equals("_total") || suffix.equals(CREATED);
      case HISTOGRAM ->
          suffix.equals("_bucket")
              || suffix.equals("_count")
              || suffix.equals("_sum")
              || suffix.equals(CREATED);
      case SUMMARY ->
          suffix.isEmpty()
              || suffix.equals("_count")
              || suffix.equals("_sum")
              || suffix.equals(CREATED);
      case UNKNOWN, GAUGE, GAUGE_HISTOGRAM, INFO, STATE_SET -> false;
    };
  }

  /// Tells what is held.
  void end() throws IOException {
    for (int i = 0; i < series.size(); i++) {
      tell(series.get(i), timestampMs, startMs, values.get(i));
    }
    series.clear();
    values.clear();
    startMs = SampleCursor.NO_START;
    family = "";
  }

  private void tell(Labels labels, long timeMs, long start, double value) throws IOException {
    ImportSink to = sink;
    if (to == null) {
      throw new IllegalStateException("samples before reading began");
    }
    // Prometheus has one bit pattern for the NaN of its text formats.
    double exact =
        Double.isNaN(value) ? Double.longBitsToDouble(StaleMarker.NORMAL_NAN_BITS) : value;
    to.add(labels, timeMs, start, exact);
  }
}
