package dev.mangru.tsdb.conformance;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Side;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes native histograms with custom bounds of classic ones. Stateless.
final class CustomBuckets {

  private CustomBuckets() {}

  /// The series of one classic histogram.
  private static final class Classic {
    private final TreeMap<Double, List<@Nullable ScriptValue>> buckets = new TreeMap<>();
    private List<@Nullable ScriptValue> counts = new ArrayList<>();
    private List<@Nullable ScriptValue> sums = new ArrayList<>();
  }

  /// The histograms that `loaded` holds as buckets, counts and sums.
  static Map<Labels, List<@Nullable ScriptValue>> of(
      Map<Labels, List<@Nullable ScriptValue>> loaded) {
    Map<Labels, Classic> classics = new LinkedHashMap<>();
    for (Map.Entry<Labels, List<@Nullable ScriptValue>> entry : loaded.entrySet()) {
      Labels labels = entry.getKey();
      List<@Nullable ScriptValue> items = entry.getValue();
      String metric = labels.metricName();
      if (metric.endsWith("_bucket") && labels.has("le")) {
        classic(classics, labels, "_bucket")
            .buckets
            .put(SeriesNotation.number(labels.get("le")), items);
      } else if (metric.endsWith("_count")) {
        classic(classics, labels, "_count").counts = items;
      } else if (metric.endsWith("_sum")) {
        classic(classics, labels, "_sum").sums = items;
      }
    }
    Map<Labels, List<@Nullable ScriptValue>> made = new LinkedHashMap<>();
    classics.forEach((labels, classic) -> {
      if (!classic.buckets.isEmpty()) {
        made.put(labels, histograms(classic));
      }
    });
    return made;
  }

  private static Classic classic(Map<Labels, Classic> classics, Labels labels, String suffix) {
    String metric = labels.metricName();
    String base = metric.substring(0, metric.length() - suffix.length());
    Labels own = labels.toBuilder().set(Labels.METRIC_NAME, base).remove("le").build();
    return classics.computeIfAbsent(own, _ -> new Classic());
  }

  private static List<@Nullable ScriptValue> histograms(Classic classic) {
    int length = 0;
    for (List<@Nullable ScriptValue> items : classic.buckets.values()) {
      length = Math.max(length, items.size());
    }
    List<@Nullable ScriptValue> made = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      made.add(histogram(classic, i));
    }
    return made;
  }

  private static @Nullable ScriptValue histogram(Classic classic, int at) {
    List<Double> bounds = new ArrayList<>();
    List<Double> counts = new ArrayList<>();
    double cumulated = 0;
    for (Map.Entry<Double, List<@Nullable ScriptValue>> bucket : classic.buckets.entrySet()) {
      ScriptValue value = at < bucket.getValue().size() ? bucket.getValue().get(at) : null;
      if (value != null) {
        if (!bucket.getKey().isInfinite()) {
          bounds.add(bucket.getKey());
        }
        counts.add(value.number() - cumulated);
        cumulated = value.number();
      }
    }
    if (counts.isEmpty()) {
      return null;
    }
    ScriptValue count = at < classic.counts.size() ? classic.counts.get(at) : null;
    ScriptValue sum = at < classic.sums.size() ? classic.sums.get(at) : null;
    double all = count == null ? cumulated : count.number();
    if (counts.size() == bounds.size()) {
      counts.add(all - cumulated);
    }
    int[] indexes = new int[counts.size()];
    double[] values = new double[counts.size()];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = i;
      values[i] = counts.get(i);
    }
    FloatHistogram histogram =
        new FloatHistogram(
            NativeHistogram.CUSTOM_BUCKETS_SCHEMA,
            ResetHint.UNKNOWN,
            0,
            0,
            all,
            sum == null ? 0 : sum.number(),
            new Side(indexes, values),
            Side.NONE,
            bounds.stream().mapToDouble(Double::doubleValue).toArray());
    return new ScriptValue(0, histogram.compact(), false);
  }
}
