package dev.mangru.tsdb;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.AppendSummary.Rejection;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The store as one would write it on a napkin: sorted maps, and no disk.
final class Oracle implements MetricStore {

  private final InstantSource clock;
  private final long retentionMs;
  private final long maxAheadMs;
  private final long maxSeries;
  private final long windowMs;
  private final Map<Labels, NavigableMap<Long, Held>> data = new TreeMap<>();
  private final Map<Labels, Map.Entry<Long, Held>> newestOf = new TreeMap<>();
  private final Set<Labels> newestDeleted = new HashSet<>();
  private boolean closed;

  Oracle(InstantSource clock, TsdbOptions options) {
    this.clock = clock;
    this.retentionMs = options.retention().toMillis();
    this.maxAheadMs = options.maxAhead().toMillis();
    this.maxSeries = options.maxSeries();
    this.windowMs = options.outOfOrderWindow().toMillis();
  }

  /// Deletes as [Tsdb#delete] does.
  void delete(List<LabelMatcher> matchers, TimeRange range) {
    data.forEach((labels, samples) -> {
      if (LabelMatcher.allMatch(matchers, labels)) {
        samples.subMap(range.startMs(), true, range.endMs(), true).clear();
        Map.Entry<Long, Held> newest = newestOf.get(labels);
        if (newest != null && range.contains(newest.getKey())) {
          newestDeleted.add(labels);
        }
      }
    });
  }

  /// Whether what a store says to this sample depends on whether it remembers a deleted one.
  boolean open(Labels labels, long timestampMs) {
    Map.Entry<Long, Held> newest = newestOf.get(labels);
    return newest != null && timestampMs <= newest.getKey() && newestDeleted.contains(labels);
  }

  /// Every sample, by series and time, as bits; series without any are left out.
  Map<Labels, NavigableMap<Long, Held>> data() {
    Map<Labels, NavigableMap<Long, Held>> some = new TreeMap<>(data);
    some.values().removeIf(Map::isEmpty);
    return some;
  }

  private record Pending(Labels labels, long timestampMs, Held held) {}

  @Override
  public Appender appender() {
    List<Pending> pending = new ArrayList<>();
    return new Appender() {
      @Override
      public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
        pending.add(new Pending(labels, timestampMs, Held.of(startMs, histogram.sum(), histogram)));
      }

      @Override
      public void append(Labels labels, long timestampMs, long startMs, double value) {
        pending.add(new Pending(labels, timestampMs, Held.of(startMs, value, null)));
      }

      @Override
      public AppendSummary commit() {
        checkOpen();
        List<Rejection> rejections = new ArrayList<>();
        for (Pending one : pending) {
          AppendResult result = store(one);
          if (!(result instanceof AppendResult.Accepted)) {
            rejections.add(new Rejection(one.labels(), one.timestampMs(), result));
          }
        }
        return new AppendSummary(
            pending.size() - rejections.size(),
            rejections.size(),
            rejections.subList(0, Math.min(rejections.size(), AppendSummary.MAX_EXAMPLES)));
      }
    };
  }

  private AppendResult store(Pending one) {
    long now = clock.millis();
    if (one.timestampMs() < now - retentionMs) {
      return new AppendResult.TooOld(now - retentionMs);
    }
    if (one.timestampMs() > now + maxAheadMs) {
      return new AppendResult.TooFarAhead(now + maxAheadMs);
    }
    if (!data.containsKey(one.labels()) && data.size() >= maxSeries) {
      return new AppendResult.TooManySeries(maxSeries);
    }
    NavigableMap<Long, Held> samples = data.computeIfAbsent(one.labels(), _ -> new TreeMap<>());
    Map.Entry<Long, Held> newest = newestOf.get(one.labels());
    if (newest != null && one.timestampMs() < newest.getKey()) {
      if (one.timestampMs() < newest.getKey() - windowMs) {
        return new AppendResult.OutOfOrder(newest.getKey());
      }
      samples.putIfAbsent(one.timestampMs(), one.held());
      return new AppendResult.Accepted();
    }
    if (newest != null && one.timestampMs() == newest.getKey()) {
      return newest.getValue().equals(one.held())
          ? new AppendResult.Accepted()
          : new AppendResult.Conflict();
    }
    samples.put(one.timestampMs(), one.held());
    newestDeleted.remove(one.labels());
    newestOf.put(one.labels(), Map.entry(one.timestampMs(), one.held()));
    return new AppendResult.Accepted();
  }

  @Override
  public Querier querier(TimeRange range) {
    checkOpen();
    return new Querier() {
      @Override
      public List<Series> select(List<LabelMatcher> matchers) {
        List<Series> found = new ArrayList<>();
        data.forEach((labels, samples) -> {
          Map<Long, Held> inside =
              new TreeMap<>(samples.subMap(range.startMs(), true, range.endMs(), true));
          if (!inside.isEmpty() && LabelMatcher.allMatch(matchers, labels)) {
            found.add(series(labels, inside));
          }
        });
        return found;
      }

      @Override
      public List<String> labelNames(List<LabelMatcher> matchers) {
        TreeSet<String> names = new TreeSet<>(Labels::compareUtf8);
        select(matchers).forEach(one -> names.addAll(one.labels().toMap().keySet()));
        return List.copyOf(names);
      }

      @Override
      public List<String> labelValues(String name, List<LabelMatcher> matchers) {
        TreeSet<String> values = new TreeSet<>(Labels::compareUtf8);
        select(matchers).forEach(one -> values.add(one.labels().get(name)));
        values.remove("");
        return List.copyOf(values);
      }

      @Override
      public void close() {}
    };
  }

  private static Querier.Series series(Labels labels, Map<Long, Held> samples) {
    return new Querier.Series() {
      @Override
      public Labels labels() {
        return labels;
      }

      @Override
      public SampleCursor samples() {
        Iterator<Map.Entry<Long, Held>> entries = samples.entrySet().iterator();
        return new SampleCursor() {
          private Map.Entry<Long, Held> current;

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
            return current.getValue().value();
          }

          @Override
          public long startMs() {
            return current.getValue().startMs();
          }

          @Override
          public @Nullable NativeHistogram histogram() {
            return current.getValue().histogram();
          }
        };
      }
    };
  }

  private void checkOpen() {
    if (closed) {
      throw new MangruException(ErrorCode.UNAVAILABLE, "closed");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
