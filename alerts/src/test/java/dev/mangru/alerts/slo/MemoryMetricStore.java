package dev.mangru.alerts.slo;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A metric store in sorted maps; the obvious version of what `tsdb` does. Confined to one thread.
final class MemoryMetricStore implements MetricStore {

  private final NavigableMap<Labels, NavigableMap<Long, Double>> series = new TreeMap<>();
  private int commitsThatFail;
  private int reads;

  /// Adds one sample of `name{label="value", …}`.
  void add(Labels labels, long timestampMs, double value) {
    series.computeIfAbsent(labels, _ -> new TreeMap<>()).put(timestampMs, value);
  }

  /// The next commits throw `UNAVAILABLE` and store nothing.
  void failCommits(int count) {
    commitsThatFail = count;
  }

  /// Drops everything before `timestampMs`, as retention does.
  void dropBefore(long timestampMs) {
    series.values().forEach(samples -> samples.headMap(timestampMs, false).clear());
  }

  /// All samples of one series.
  NavigableMap<Long, Double> samples(Labels labels) {
    return series.getOrDefault(labels, new TreeMap<>());
  }

  /// All series and samples.
  Map<Labels, NavigableMap<Long, Double>> all() {
    return series;
  }

  /// How many queriers were opened.
  int reads() {
    return reads;
  }

  private record Sample(Labels labels, long timestampMs, double value) {}

  @Override
  public Appender appender() {
    List<Sample> batch = new ArrayList<>();
    return new Appender() {
      @Override
      public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
        throw MangruException.badData("this store keeps no native histograms");
      }

      @Override
      public void append(Labels labels, long timestampMs, long startMs, double value) {
        batch.add(new Sample(labels, timestampMs, value));
      }

      @Override
      public AppendSummary commit() {
        if (commitsThatFail > 0) {
          commitsThatFail--;
          throw new MangruException(ErrorCode.UNAVAILABLE, "the disk is full");
        }
        for (Sample sample : batch) {
          NavigableMap<Long, Double> samples = samples(sample.labels());
          if (!samples.isEmpty() && samples.lastKey() >= sample.timestampMs()) {
            throw new AssertionError("out of order: " + sample);
          }
          add(sample.labels(), sample.timestampMs(), sample.value());
        }
        return new AppendSummary(batch.size(), 0, List.of());
      }
    };
  }

  @Override
  public Querier querier(TimeRange range) {
    reads++;
    return new Querier() {
      @Override
      public List<Series> select(List<LabelMatcher> matchers) {
        List<Series> selected = new ArrayList<>();
        series.forEach((labels, samples) -> {
          NavigableMap<Long, Double> inside =
              samples.subMap(range.startMs(), true, range.endMs(), true);
          if (!inside.isEmpty() && LabelMatcher.allMatch(matchers, labels)) {
            selected.add(new Stored(labels, inside));
          }
        });
        return selected;
      }

      @Override
      public List<String> labelNames(List<LabelMatcher> matchers) {
        throw new UnsupportedOperationException();
      }

      @Override
      public List<String> labelValues(String name, List<LabelMatcher> matchers) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void close() {
        // Nothing is pinned.
      }
    };
  }

  @Override
  public void close() {
    // Nothing is open.
  }

  private record Stored(Labels labels, NavigableMap<Long, Double> inside)
      implements Querier.Series {

    @Override
    public SampleCursor samples() {
      Iterator<Map.Entry<Long, Double>> entries = inside.entrySet().iterator();
      return new SampleCursor() {
        private Map.Entry<Long, Double> current = Map.entry(0L, 0.0);

        @Override
        public boolean next() {
          if (!entries.hasNext()) {
            return false;
          }
          current = entries.next();
          return true;
        }

        @Override
        public long timestampMs() {
          return current.getKey();
        }

        @Override
        public double value() {
          return current.getValue();
        }
      };
    }
  }
}
