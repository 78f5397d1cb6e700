package dev.mangru.tsdb.v1;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/// What the store counts; [TsdbMetrics] shows it. Thread-safe.
final class Stats {

  /// Why a sample was not stored.
  enum Reason {
    OUT_OF_ORDER("out_of_order"),
    CONFLICT("conflict"),
    TOO_OLD("too_old"),
    TOO_FAR_AHEAD("too_far_ahead"),
    TOO_MANY_SERIES("too_many_series");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  final LongAdder appended = new LongAdder();
  private final Map<Reason, LongAdder> rejected = new EnumMap<>(Reason.class);
  final LongAdder refusedBatches = new LongAdder();
  final LongAdder samplesRead = new LongAdder();
  final LongAdder querySeriesLimit = new LongAdder();
  final LongAdder seals = new LongAdder();
  final LongAdder sealNanos = new LongAdder();
  final LongAdder maintenanceFailures = new LongAdder();
  final LongAdder blocksDropped = new LongAdder();
  final LongAdder blocksMerged = new LongAdder();
  volatile long replayNanos;

  Stats() {
    for (Reason reason : Reason.values()) {
      rejected.put(reason, new LongAdder());
    }
  }

  LongAdder rejected(Reason reason) {
    return Objects.requireNonNull(rejected.get(reason));
  }

  void reject(Reason reason) {
    rejected(reason).increment();
  }
}
