package dev.mangru.tsdb.conformance;

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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A store of sorted maps: the plainest thing that keeps the port's contract, for scripts and as an
/// oracle. Confined to one thread.
public final class MemoryStore implements MetricStore {

  private final TreeMap<Labels, TreeMap<Long, Sample>> series = new TreeMap<>();

  /// A float or a histogram, and when its counter began.
  private record Sample(double value, @Nullable NativeHistogram histogram, long startMs) {}

  /// An empty store.
  public MemoryStore() {}

  @Override
  public Appender appender() {
    return new Appender() {
      private final List<Runnable> batch = new ArrayList<>();

      @Override
      public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
        put(labels, timestampMs, new Sample(histogram.sum(), histogram, startMs));
      }

      @Override
      public void append(Labels labels, long timestampMs, long startMs, double value) {
        put(labels, timestampMs, new Sample(value, null, startMs));
      }

      private void put(Labels labels, long timestampMs, Sample sample) {
        batch.add(
            () -> series.computeIfAbsent(labels, _ -> new TreeMap<>()).put(timestampMs, sample));
      }

      @Override
      public AppendSummary commit() {
        batch.forEach(Runnable::run);
        return new AppendSummary(batch.size(), 0, List.of());
      }
    };
  }

  @Override
  public Querier querier(TimeRange range) {
    return new View(range);
  }

  @Override
  public void close() {
    series.clear();
  }

  private final class View implements Querier {
    private final TimeRange range;

    View(TimeRange range) {
      this.range = range;
    }

    @Override
    public List<Series> select(List<LabelMatcher> matchers) {
      List<Series> selected = new ArrayList<>();
      for (Map.Entry<Labels, TreeMap<Long, Sample>> entry : series.entrySet()) {
        if (LabelMatcher.allMatch(matchers, entry.getKey())) {
          NavigableMap<Long, Sample> inRange =
              entry.getValue().subMap(range.startMs(), true, range.endMs(), true);
          if (!inRange.isEmpty()) {
            selected.add(new Stored(entry.getKey(), inRange));
          }
        }
      }
      return selected;
    }

    @Override
    public List<String> labelNames(List<LabelMatcher> matchers) {
      Set<String> names = new TreeSet<>(Labels::compareUtf8);
      for (Series one : select(matchers)) {
        one.labels().forEach(label -> names.add(label.name()));
      }
      return List.copyOf(names);
    }

    @Override
    public List<String> labelValues(String name, List<LabelMatcher> matchers) {
      Set<String> values = new TreeSet<>(Labels::compareUtf8);
      for (Series one : select(matchers)) {
        if (one.labels().has(name)) {
          values.add(one.labels().get(name));
        }
      }
      return List.copyOf(values);
    }

    @Override
    public void close() {
      // A view pins nothing here.
    }
  }

  private record Stored(Labels labels, NavigableMap<Long, Sample> values)
      implements Querier.Series {

    @Override
    public SampleCursor samples() {
      return new MapCursor(values.entrySet().iterator());
    }
  }

  private static final class MapCursor implements SampleCursor {
    private final Iterator<Map.Entry<Long, Sample>> rest;
    private long timestampMs;
    private Sample sample = new Sample(0, null, NO_START);

    MapCursor(Iterator<Map.Entry<Long, Sample>> rest) {
      this.rest = rest;
    }

    @Override
    public boolean next() {
      if (!rest.hasNext()) {
        return false;
      }
      Map.Entry<Long, Sample> entry = rest.next();
      timestampMs = entry.getKey();
      sample = entry.getValue();
      return true;
    }

    @Override
    public long timestampMs() {
      return timestampMs;
    }

    @Override
    public double value() {
      return sample.value();
    }

    @Override
    public @Nullable NativeHistogram histogram() {
      return sample.histogram();
    }

    @Override
    public long startMs() {
      return sample.startMs();
    }
  }
}
