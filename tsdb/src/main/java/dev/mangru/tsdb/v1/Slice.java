package dev.mangru.tsdb.v1;

import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.AppendSummary.Rejection;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.v1.Stats.Reason;
import dev.mangru.tsdb.v1.chunk.Newest;
import dev.mangru.tsdb.v1.head.BatchRecord;
import dev.mangru.tsdb.v1.head.Head;
import dev.mangru.tsdb.v1.head.HeadSeries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The part of a batch that goes into one log record. Filled by the committing thread, applied by
/// the log's thread once it is durable, then read by the committing thread again; the log's ticket
/// orders the three.
final class Slice {

  /// Bytes at which a batch goes on in another record. Chosen: far below the log's limit of 64 MiB,
  /// and large enough that batches of a million samples take few.
  private static final int FULL_BYTES = 8 << 20;

  private record Definition(HeadSeries series, @Nullable Newest newest) {}

  private final Head head;
  private final Stats stats;
  private final long number;
  private final BatchRecord record;
  private final List<Definition> definitions = new ArrayList<>();
  private HeadSeries[] series;
  private long[] times;
  private long[] bits;
  private int size;

  private long accepted;
  private long rejected;
  private final List<Rejection> examples = new ArrayList<>(0);

  Slice(Head head, Stats stats, long number, int expectedSamples) {
    this.head = head;
    this.stats = stats;
    this.number = number;
    this.record = new BatchRecord(Math.min(expectedSamples, FULL_BYTES / 10));
    int capacity = Math.clamp(expectedSamples, 1, FULL_BYTES / 10);
    series = new HeadSeries[capacity];
    times = new long[capacity];
    bits = new long[capacity];
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean full() {
    return record.length() >= FULL_BYTES;
  }

  /// Whether `one` still needs a definition in this record.
  boolean needsDefinition(HeadSeries one) {
    return !one.defined() && one.defineIn(number);
  }

  void define(HeadSeries one, @Nullable Newest newest) {
    definitions.add(new Definition(one, newest));
    record.define(one.ref(), one.labels(), newest);
  }

  void sample(HeadSeries one, long timestampMs, long valueBits) {
    if (size == series.length) {
      int capacity = size + (size >> 1) + 1;
      series = Arrays.copyOf(series, capacity);
      times = Arrays.copyOf(times, capacity);
      bits = Arrays.copyOf(bits, capacity);
    }
    series[size] = one;
    times[size] = timestampMs;
    bits[size] = valueBits;
    size++;
    record.sample(one.ref(), timestampMs, valueBits);
  }

  BatchRecord record() {
    return record;
  }

  /// Refuses a sample that never gets into the record.
  void reject(Labels labels, long timestampMs, Reason reason, AppendResult result) {
    rejected++;
    stats.reject(reason);
    if (examples.size() < AppendSummary.MAX_EXAMPLES) {
      examples.add(new Rejection(labels, timestampMs, result));
    }
  }

  /// Puts the durable record into the head.
  void apply() {
    head.beginRecord();
    try {
      for (Definition definition : definitions) {
        head.define(definition.series(), definition.newest());
      }
      for (int i = 0; i < size; i++) {
        HeadSeries one = series[i];
        switch (head.append(one, times[i], bits[i])) {
          case STORED, REPEATED -> accepted++;
          case CONFLICT ->
              reject(one.labels(), times[i], Reason.CONFLICT, new AppendResult.Conflict());
          case OUT_OF_ORDER ->
              reject(
                  one.labels(),
                  times[i],
                  Reason.OUT_OF_ORDER,
                  new AppendResult.OutOfOrder(one.newestMs()));
        }
      }
    } finally {
      head.endRecord();
    }
    stats.appended.add(accepted);
  }

  long accepted() {
    return accepted;
  }

  long rejected() {
    return rejected;
  }

  List<Rejection> examples() {
    return examples;
  }
}
