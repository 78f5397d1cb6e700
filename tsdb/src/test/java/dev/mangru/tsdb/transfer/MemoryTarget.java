package dev.mangru.tsdb.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A store of sorted maps that takes any time, and checks what an import promises its target.
final class MemoryTarget implements ImportTarget, MetricStore {

  final Collected content = new Collected();
  final TimeRange accepted;
  final long windowMs;
  int windows;

  MemoryTarget(TimeRange accepted, long windowMs) {
    this.accepted = accepted;
    this.windowMs = windowMs;
  }

  @Override
  public long oldestMs() {
    return accepted.startMs();
  }

  @Override
  public long newestMs() {
    return accepted.endMs();
  }

  @Override
  public long windowMs() {
    return windowMs;
  }

  @Override
  public Appender appender() {
    throw new UnsupportedOperationException("samples come through windows");
  }

  @Override
  public Querier querier(TimeRange range) {
    List<Querier.Series> selected = new ArrayList<>();
    content
        .series()
        .forEach((labels, samples) -> {
          var inside = new TreeMap<>(samples.subMap(range.startMs(), true, range.endMs(), true));
          if (!inside.isEmpty()) {
            selected.add(new Stored(labels, inside));
          }
        });
    return new Querier() {
      @Override
      public List<Series> select(List<LabelMatcher> matchers) {
        return selected.stream()
            .filter(series -> LabelMatcher.allMatch(matchers, series.labels()))
            .toList();
      }

      @Override
      public List<String> labelNames(List<LabelMatcher> matchers) {
        throw new UnsupportedOperationException("not asked by transfers");
      }

      @Override
      public List<String> labelValues(String name, List<LabelMatcher> matchers) {
        return select(matchers).stream()
            .map(series -> series.labels().get(name))
            .filter(value -> !value.isEmpty())
            .distinct()
            .sorted(Labels::compareUtf8)
            .toList();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {}

  @Override
  public Window window(TimeRange window) {
    ExistingSamples existing = new ExistingSamples(querier(window));
    return new Window() {
      private final Collected added = new Collected();
      private @Nullable Labels last;

      @Override
      public void existing(Labels labels, SampleColumns columns) {
        existing.read(labels, columns);
      }

      @Override
      public void add(Labels labels, SampleColumns samples) {
        Labels before = last;
        assertThat(before == null || before.compareTo(labels) < 0).isTrue();
        assertThat(samples.count()).isPositive();
        for (int i = 0; i < samples.count(); i++) {
          assertThat(window.contains(samples.timesMs()[i])).isTrue();
          assertThat(i == 0 || samples.timesMs()[i - 1] < samples.timesMs()[i]).isTrue();
        }
        last = labels;
        added.add(labels, samples);
      }

      @Override
      public void finish() {
        added
            .series()
            .forEach((labels, samples) -> {
              var there = content.series().computeIfAbsent(labels, _ -> new TreeMap<>());
              samples.forEach((time, sample) ->
                  assertThat(there.putIfAbsent(time, sample)).as("already there").isNull());
            });
        windows += added.series().isEmpty() ? 0 : 1;
      }

      @Override
      public void close() {
        existing.close();
      }
    };
  }

  private record Stored(Labels labels, TreeMap<Long, Collected.Sample> samplesByTime)
      implements Querier.Series {

    @Override
    public SampleCursor samples() {
      var left = samplesByTime.entrySet().iterator();
      return new SampleCursor() {
        private Map.@Nullable Entry<Long, Collected.Sample> at;

        private Map.Entry<Long, Collected.Sample> current() {
          Map.Entry<Long, Collected.Sample> entry = at;
          if (entry == null) {
            throw new IllegalStateException("before the first sample");
          }
          return entry;
        }

        @Override
        public boolean next() {
          boolean more = left.hasNext();
          at = more ? left.next() : at;
          return more;
        }

        @Override
        public long timestampMs() {
          return current().getKey();
        }

        @Override
        public double value() {
          return Double.longBitsToDouble(current().getValue().valueBits());
        }

        @Override
        public @Nullable NativeHistogram histogram() {
          return current().getValue().histogram();
        }

        @Override
        public long startMs() {
          return current().getValue().startMs();
        }
      };
    }
  }
}
