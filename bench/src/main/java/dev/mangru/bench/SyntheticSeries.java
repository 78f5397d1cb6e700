package dev.mangru.bench;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Request counters of a fleet: integers that grow by random steps, in jobs of fifty instances,
/// with about the labels that a pod has. The same seed gives the same samples. Confined to one
/// thread.
final class SyntheticSeries {

  private static final int INSTANCES_PER_JOB = 50;

  private final Random random;
  private final List<Labels> labels = new ArrayList<>();
  private final double[] values;

  /// @param group distinguishes the series of several writers
  SyntheticSeries(int group, int count) {
    random = new Random(group);
    values = new double[count];
    for (int i = 0; i < count; i++) {
      labels.add(
          Labels.of(
              Labels.METRIC_NAME,
              "http_requests_total",
              "namespace",
              "shop-" + group,
              "job",
              "job-" + i / INSTANCES_PER_JOB,
              "pod",
              "job-" + i / INSTANCES_PER_JOB + "-7d9f8b6c5d-" + Integer.toString(i, 36),
              "instance",
              "10." + group + "." + i / 250 + "." + i % 250 + ":8080",
              "code",
              i % 10 == 0 ? "500" : "200"));
    }
  }

  /// Appends one sample of every series as one durable batch, and returns how many were accepted.
  long append(MetricStore store, long timestampMs) {
    Appender appender = store.appender();
    for (int i = 0; i < values.length; i++) {
      values[i] += random.nextInt(100);
      appender.append(labels.get(i), timestampMs, values[i]);
    }
    return appender.commit().accepted();
  }
}
