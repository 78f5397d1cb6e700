package dev.mangru.collector.node;

import dev.mangru.collector.pipeline.Gatherer;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What one pass of a gatherer told, easy to ask.
final class Gathered {

  private final SampleBatch batch = new SampleBatch();

  static Gathered from(Gatherer gatherer, Instant now) throws IOException {
    Gathered gathered = new Gathered();
    gatherer.gather(now, gathered.batch);
    return gathered;
  }

  SampleBatch batch() {
    return batch;
  }

  /// The one value of a metric whose labels include those given.
  double value(String metric, String... labels) {
    int found = find(metric, labels);
    return batch.value(found);
  }

  long startMs(String metric, String... labels) {
    return batch.startTimestampMs(find(metric, labels));
  }

  Labels labels(String metric, String... labels) {
    return batch.labels(find(metric, labels));
  }

  boolean has(String metric, String... labels) {
    return !all(metric, labels).isEmpty();
  }

  int count(String metric, String... labels) {
    return all(metric, labels).size();
  }

  private int find(String metric, String... labels) {
    List<Integer> found = all(metric, labels);
    if (found.size() != 1) {
      throw new AssertionError(
          found.size()
              + " samples of "
              + metric
              + " "
              + List.of(labels)
              + " among "
              + batch.size());
    }
    return found.getFirst();
  }

  private List<Integer> all(String metric, String... labels) {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      Labels series = batch.labels(i);
      boolean matches = series.metricName().equals(metric);
      for (int j = 0; j < labels.length && matches; j += 2) {
        matches = series.get(labels[j]).equals(labels[j + 1]);
      }
      if (matches) {
        found.add(i);
      }
    }
    return found;
  }

  /// Every sample by series, for comparing.
  Map<Labels, Double> samples() {
    Map<Labels, Double> samples = new TreeMap<>();
    for (int i = 0; i < batch.size(); i++) {
      Double before = samples.put(batch.labels(i), batch.value(i));
      if (before != null) {
        throw new AssertionError("told twice: " + batch.labels(i));
      }
    }
    return samples;
  }
}
