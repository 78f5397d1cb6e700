package dev.mangru.tsdb.v1;

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
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The store as one would write it on a napkin: sorted maps, and no disk.
final class Oracle implements MetricStore {

  private final InstantSource clock;
  private final long retentionMs;
  private final long maxAheadMs;
  private final long maxSeries;
  private final Map<Labels, NavigableMap<Long, Long>> data = new TreeMap<>();
  private boolean closed;

  Oracle(InstantSource clock, TsdbOptions options) {
    this.clock = clock;
    this.retentionMs = options.retention().toMillis();
    this.maxAheadMs = options.maxAhead().toMillis();
    this.maxSeries = options.maxSeries();
  }

  /// Every sample, by series and time, as bits.
  Map<Labels, NavigableMap<Long, Long>> data() {
    return data;
  }

  private record Pending(Labels labels, long timestampMs, long bits) {}

  @Override
  public Appender appender() {
    List<Pending> pending = new ArrayList<>();
    return new Appender() {
      @Override
      public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
        throw MangruException.badData("this store keeps no native histograms");
      }

      @Override
      public void append(Labels labels, long timestampMs, long startMs, double value) {
        pending.add(new Pending(labels, timestampMs, Double.doubleToRawLongBits(value)));
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
    NavigableMap<Long, Long> samples = data.computeIfAbsent(one.labels(), _ -> new TreeMap<>());
    Map.Entry<Long, Long> newest = samples.lastEntry();
    if (newest != null && one.timestampMs() < newest.getKey()) {
      return new AppendResult.OutOfOrder(newest.getKey());
    }
    if (newest != null && one.timestampMs() == newest.getKey()) {
      return newest.getValue() == one.bits()
          ? new AppendResult.Accepted()
          : new AppendResult.Conflict();
    }
    samples.put(one.timestampMs(), one.bits());
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
          Map<Long, Long> inside =
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

  private static Querier.Series series(Labels labels, Map<Long, Long> samples) {
    return new Querier.Series() {
      @Override
      public Labels labels() {
        return labels;
      }

      @Override
      public SampleCursor samples() {
        Iterator<Map.Entry<Long, Long>> entries = samples.entrySet().iterator();
        return new SampleCursor() {
          private Map.Entry<Long, Long> current;

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
            return Double.longBitsToDouble(current.getValue());
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
