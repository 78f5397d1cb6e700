package dev.mangru.tsdb;

import dev.mangru.model.metric.AppendResult;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What the store counts; [TsdbMetrics] shows it. Thread-safe.
final class Stats {

  /// Why a sample was not stored.
  enum Reason {
    OUT_OF_ORDER("out_of_order"),
    CONFLICT("conflict"),
    TOO_OLD("too_old"),
    TOO_FAR_AHEAD("too_far_ahead"),
    TOO_MANY_SERIES("too_many_series"),
    SERIES_TAKE_TOO_MUCH("series_take_too_much"),
    NEW_SERIES_TOO_FAST("new_series_too_fast");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }

    /// The reason that a result stands for; null for an accepted sample.
    static @Nullable Reason of(AppendResult result) {
      return switch (result) {
        case AppendResult.Accepted _ -> null;
        case AppendResult.OutOfOrder _ -> OUT_OF_ORDER;
        case AppendResult.Conflict _ -> CONFLICT;
        case AppendResult.TooOld _ -> TOO_OLD;
        case AppendResult.TooFarAhead _ -> TOO_FAR_AHEAD;
        case AppendResult.TooManySeries _ -> TOO_MANY_SERIES;
        case AppendResult.SeriesTakeTooMuch _ -> SERIES_TAKE_TOO_MUCH;
        case AppendResult.NewSeriesTooFast _ -> NEW_SERIES_TOO_FAST;
      };
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
  final LongAdder sealedSamples = new LongAdder();
  final LongAdder filesDropped = new LongAdder();
  final LongAdder filesMerged = new LongAdder();
  final LongAdder mergeNanos = new LongAdder();
  final LongAdder summarySteps = new LongAdder();
  final LongAdder summaryNanos = new LongAdder();
  final LongAdder lateSamples = new LongAdder();
  final LongAdder newSeries = new LongAdder();
  final LongAdder quarantined = new LongAdder();
  volatile long replayNanos;
  volatile long replayedSamples;

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
