package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.AppendSummary.Rejection;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.TimeRange;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a store has to hold, and what it may hold, when any step may fail.
final class Ledger {

  /// Everything that was sent and not deleted since.
  private final Map<Labels, NavigableMap<Long, Set<Held>>> sent = new TreeMap<>();

  /// What each acknowledged time may hold: one thing, or several if a batch that failed sent
  /// others.
  private final Map<Labels, NavigableMap<Long, Set<Held>>> acknowledged = new TreeMap<>();

  /// Times that were deleted. A store that remembers the newest sample of a series takes its repeat
  /// for one, deleted or not, as Prometheus does: such repeats are not sent.
  private final Map<Labels, Set<Long>> gone = new TreeMap<>();

  /// Appends a batch, at most as long as rejections are told one by one.
  void append(List<Workload.Sample> wanted, Tsdb store) {
    List<Workload.Sample> batch =
        wanted.stream()
            .filter(one -> !gone.getOrDefault(one.labels(), Set.of()).contains(one.timestampMs()))
            .toList();
    for (Workload.Sample one : batch) {
      sent.computeIfAbsent(one.labels(), _ -> new TreeMap<>())
          .computeIfAbsent(one.timestampMs(), _ -> new HashSet<>())
          .add(one.held());
    }
    Appender appender = store.appender();
    Workload.append(batch, appender);
    List<Rejection> rejected = appender.commit().examples();
    for (Workload.Sample one : batch) {
      boolean refused =
          rejected.stream()
              .anyMatch(
                  r -> r.labels().equals(one.labels()) && r.timestampMs() == one.timestampMs());
      if (!refused) {
        acknowledged
            .computeIfAbsent(one.labels(), _ -> new TreeMap<>())
            .computeIfAbsent(
                one.timestampMs(),
                time -> new HashSet<>(sent.getOrDefault(one.labels(), new TreeMap<>()).get(time)));
      }
    }
  }

  /// From now on a deletion may take these.
  void deleting(List<LabelMatcher> matchers, TimeRange range) {
    sent.forEach((labels, samples) -> {
      if (LabelMatcher.allMatch(matchers, labels)) {
        gone.computeIfAbsent(labels, _ -> new TreeSet<>())
            .addAll(samples.subMap(range.startMs(), true, range.endMs(), true).keySet());
      }
    });
    take(acknowledged, matchers, range);
  }

  /// The deletion was acknowledged: nothing of it may be seen again.
  void deleted(List<LabelMatcher> matchers, TimeRange range) {
    take(sent, matchers, range);
  }

  private static void take(
      Map<Labels, NavigableMap<Long, Set<Held>>> from,
      List<LabelMatcher> matchers,
      TimeRange range) {
    from.forEach((labels, samples) -> {
      if (LabelMatcher.allMatch(matchers, labels)) {
        samples.subMap(range.startMs(), true, range.endMs(), true).clear();
      }
    });
  }

  /// Whether a store holds what it has to, and nothing that it must not.
  void verify(Tsdb store) {
    Map<Labels, NavigableMap<Long, Held>> found = Dump.of(store);
    Set<Labels> all = new TreeSet<>(found.keySet());
    all.addAll(acknowledged.keySet());
    for (Labels labels : all) {
      NavigableMap<Long, Held> held = found.getOrDefault(labels, new TreeMap<>());
      NavigableMap<Long, Set<Held>> must = acknowledged.getOrDefault(labels, new TreeMap<>());
      NavigableMap<Long, Set<Held>> may = sent.getOrDefault(labels, new TreeMap<>());
      assertThat(held.keySet()).as("%s", labels).containsAll(must.keySet());
      held.forEach((time, one) ->
          assertThat(must.getOrDefault(time, may.getOrDefault(time, Set.of())))
              .as("%s at %s", labels, time)
              .contains(one));
    }
  }
}
