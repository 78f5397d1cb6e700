package dev.mangru.logindex;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What a log index has done since it was opened. Thread-safe.
final class LogIndexStats {

  private final LongAdder accepted = new LongAdder();
  private final LongAdder cut = new LongAdder();
  private final LongAdder searches = new LongAdder();
  private final LongAdder linesRead = new LongAdder();
  private final LongAdder heals = new LongAdder();
  private final Map<String, LongAdder> rejected = new ConcurrentHashMap<>();

  void appended(RecordIntake.Taken taken) {
    accepted.add(taken.records().size());
    cut.add(taken.cut());
    taken
        .rejected()
        .forEach((reason, count) ->
            rejected.computeIfAbsent(reason, fresh -> new LongAdder()).add(count));
  }

  void searched(long lines) {
    searches.increment();
    linesRead.add(lines);
  }

  void healed() {
    heals.increment();
  }

  long accepted() {
    return accepted.sum();
  }

  long cut() {
    return cut.sum();
  }

  long searches() {
    return searches.sum();
  }

  long linesRead() {
    return linesRead.sum();
  }

  long heals() {
    return heals.sum();
  }

  long rejected(String reason) {
    LongAdder count = rejected.get(reason);
    return count == null ? 0 : count.sum();
  }
}
