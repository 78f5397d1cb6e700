package dev.mangru.tsdb.promql;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a query has to say beside its data. Equal texts are said once, with the place where they
/// were said last, as in Prometheus. Thread-safe, because threads that help a query find out things
/// too.
final class Annotations {

  private static final String WARNING = "PromQL warning: ";
  private static final String INFO = "PromQL info: ";

  /// Different texts of a kind that are kept; more are not shown anyway. Chosen.
  private static final int MOST = 10_000;

  private final String expression;

  @GuardedBy("this")
  private final Map<String, String> warnings = new LinkedHashMap<>();

  @GuardedBy("this")
  private final Map<String, Integer> occurrences = new HashMap<>();

  @GuardedBy("this")
  private final Map<String, String> infos = new LinkedHashMap<>();

  @GuardedBy("this")
  private final Map<String, MonotonicityNote> monotonicity = new LinkedHashMap<>();

  Annotations(String expression) {
    this.expression = expression;
  }

  synchronized void warn(String text, Position position) {
    if (warnings.size() < MOST) {
      warnings.put(text, WARNING + text + place(position));
    }
  }

  /// The same for what is counted if it is said more than once.
  synchronized void warnEach(String text, Position position) {
    if (occurrences.size() >= MOST && !occurrences.containsKey(text)) {
      return;
    }
    int count = occurrences.merge(text, 1, Integer::sum);
    String counted = count == 1 ? text : text + " (" + count + " occurrences)";
    warnings.put(text, WARNING + counted + place(position));
  }

  synchronized void info(String text, Position position) {
    if (infos.size() < MOST) {
      infos.put(text, INFO + text + place(position));
    }
  }

  /// A series of floats and histograms, where only one kind has a meaning.
  void mixedSamples(Labels labels, Position position) {
    warn("encountered a mix of histograms and floats" + forMetric(labels), position);
  }

  /// Histograms with exponential and with custom buckets, which have no common layout.
  void mixedLayouts(String metric, Position position) {
    warn(
        "vector contains a mix of histograms with exponential and custom buckets schemas for metric"
            + " name "
            + GoText.quote(metric),
        position);
  }

  /// Histograms that are no `kind`, counter or gauge, where one is wanted.
  void wrongKind(String kind, Labels labels, Position position) {
    warn(
        "this native histogram metric is not a " + kind + ": " + GoText.quote(labels.metricName()),
        position);
  }

  /// Histograms of which some say that a counter was reset, and others that it was not.
  void conflictingResets(String operation, Position position) {
    warn("conflicting counter resets during histogram " + operation, position);
  }

  /// Custom buckets of different bounds, of which those stay that all have.
  void reconciledBounds(String operation, Position position) {
    info("mismatched custom buckets were reconciled during " + operation, position);
  }

  private static String forMetric(Labels labels) {
    return " for metric name " + GoText.quote(labels.metricName());
  }

  /// Says that summaries stood in for samples.
  synchronized void summaries(long longestBucketMs) {
    String text =
        "samples of old times were read from summaries of up to "
            + Durations.format(longestBucketMs)
            + ", as max_source_resolution allows";
    infos.putIfAbsent(text, INFO + text);
  }

  /// Bucket counts of a classic histogram that had to be raised; merged over steps.
  synchronized void monotonicity(
      String metric,
      double minBucket,
      double maxBucket,
      double maxDifference,
      long timeMs,
      Position position) {
    if (monotonicity.size() >= MOST && !monotonicity.containsKey(metric)) {
      return;
    }
    MonotonicityNote note =
        monotonicity.computeIfAbsent(metric, _ -> new MonotonicityNote(position));
    note.add(minBucket, maxBucket, maxDifference, timeMs);
  }

  private String place(Position position) {
    return " (" + GoText.lineAndColumn(expression, position.start()) + ")";
  }

  /// Whether there is nothing to say.
  synchronized boolean isEmpty() {
    return warnings.isEmpty() && infos.isEmpty() && monotonicity.isEmpty();
  }

  /// Takes everything back.
  synchronized void clear() {
    warnings.clear();
    occurrences.clear();
    infos.clear();
    monotonicity.clear();
  }

  synchronized List<String> warnings() {
    return List.copyOf(warnings.values());
  }

  synchronized List<String> infos() {
    List<String> all = new ArrayList<>(infos.values());
    monotonicity.forEach(
        (metric, note) -> all.add(INFO + note.describe(metric) + place(note.position)));
    return all;
  }

  /// `mix of …for metric name "x"`, or without the name where there is none.
  static String forMetric(String text, @Nullable String metric) {
    return metric == null || metric.isEmpty()
        ? text
        : text + " for metric name " + GoText.quote(metric);
  }

  private static final class MonotonicityNote {
    private final Position position;
    private double minBucket = Double.POSITIVE_INFINITY;
    private double maxBucket = Double.NEGATIVE_INFINITY;
    private double maxDifference;
    private long firstMs = Long.MAX_VALUE;
    private long lastMs = Long.MIN_VALUE;
    private int count;

    MonotonicityNote(Position position) {
      this.position = position;
    }

    void add(double min, double max, double difference, long timeMs) {
      minBucket = Math.min(minBucket, min);
      maxBucket = Math.max(maxBucket, max);
      maxDifference = Math.max(maxDifference, difference);
      firstMs = Math.min(firstMs, timeMs);
      lastMs = Math.max(lastMs, timeMs);
      count++;
    }

    String describe(String metric) {
      return forMetric(
              "input to histogram_quantile needed to be fixed for monotonicity (see"
                  + " https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)",
              metric)
          + ", from buckets "
          + SampleText.general(minBucket)
          + " to "
          + SampleText.general(maxBucket)
          + ", with a max diff of "
          + GoFormat.significant(maxDifference, 2)
          + ", over "
          + count
          + " samples from "
          + Instant.ofEpochMilli(firstMs)
          + " to "
          + Instant.ofEpochMilli(lastMs);
    }
  }
}
