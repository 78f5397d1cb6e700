package dev.mangru.collector.pipeline;

import dev.mangru.model.metric.Labels;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The samples of one pass, with what is known about their metric families.
///
/// Columns in growing arrays, so that a pass boxes nothing; [#clear] keeps the arrays for the next
/// pass. Iterate by position, from 0 to [#size] exclusive. Order is that of adding; nothing is
/// sorted or deduplicated. Confined to one thread at a time.
public final class SampleBatch {

  /// The start timestamp of a sample that has none.
  public static final long NO_START = 0;

  /// Enough for the host scanner of a small machine without growing.
  private static final int INITIAL_CAPACITY = 1024;

  private @Nullable Labels[] labels = new Labels[INITIAL_CAPACITY];
  private long[] timestampsMs = new long[INITIAL_CAPACITY];
  private long[] startTimestampsMs = new long[INITIAL_CAPACITY];
  private double[] values = new double[INITIAL_CAPACITY];
  private int size;

  private final Map<String, MetricMetadata> metadata = new LinkedHashMap<>();

  /// Adds a sample without a start time.
  ///
  /// @param timestampMs milliseconds since the epoch, UTC
  public void add(Labels labels, long timestampMs, double value) {
    add(labels, timestampMs, value, NO_START);
  }

  /// Adds a sample of a counter that started at a known time.
  ///
  /// @param timestampMs milliseconds since the epoch, UTC
  /// @param startTimestampMs when the counter was 0, milliseconds since the epoch, or [#NO_START]
  public void add(Labels labels, long timestampMs, double value, long startTimestampMs) {
    if (size == values.length) {
      grow();
    }
    this.labels[size] = labels;
    timestampsMs[size] = timestampMs;
    values[size] = value;
    startTimestampsMs[size] = startTimestampMs;
    size++;
  }

  private void grow() {
    int capacity = Math.addExact(size, Math.max(size >> 1, 1));
    labels = Arrays.copyOf(labels, capacity);
    timestampsMs = Arrays.copyOf(timestampsMs, capacity);
    values = Arrays.copyOf(values, capacity);
    startTimestampsMs = Arrays.copyOf(startTimestampsMs, capacity);
  }

  /// Says what a metric family is; a later word replaces an earlier one.
  ///
  /// @param family the family's name: the metric name, for a histogram or summary without suffix
  public void describe(String family, MetricMetadata about) {
    metadata.put(family, about);
  }

  /// Says what a metric family is, without a unit.
  public void describe(String family, MetricType type, String help) {
    describe(family, new MetricMetadata(type, help));
  }

  /// How many samples there are.
  public int size() {
    return size;
  }

  /// Whether there is no sample.
  public boolean isEmpty() {
    return size == 0;
  }

  /// The labels of the sample at `position`, the metric name among them.
  public Labels labels(int position) {
    Objects.checkIndex(position, size);
    return Objects.requireNonNull(labels[position]);
  }

  /// When the sample at `position` was true, milliseconds since the epoch, UTC.
  public long timestampMs(int position) {
    return timestampsMs[Objects.checkIndex(position, size)];
  }

  /// The value at `position`; may be the stale marker.
  public double value(int position) {
    return values[Objects.checkIndex(position, size)];
  }

  /// When the counter at `position` was 0, milliseconds since the epoch, or [#NO_START].
  public long startTimestampMs(int position) {
    return startTimestampsMs[Objects.checkIndex(position, size)];
  }

  /// The metadata by family name, in order of first mention. A view, not a copy; do not keep it
  /// across [#clear].
  public Map<String, MetricMetadata> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  /// Appends everything in `other`; its metadata replaces ours where both know a family.
  public void addAll(SampleBatch other) {
    for (int i = 0; i < other.size; i++) {
      add(other.labels(i), other.timestampsMs[i], other.values[i], other.startTimestampsMs[i]);
    }
    metadata.putAll(other.metadata);
  }

  /// Drops every sample from `newSize` on; metadata stays.
  ///
  /// @throws IllegalArgumentException when `newSize` is negative or above [#size]
  public void truncate(int newSize) {
    if (newSize < 0 || newSize > size) {
      throw new IllegalArgumentException(
          "cannot truncate a batch of " + size + " samples to " + newSize);
    }
    Arrays.fill(labels, newSize, size, null);
    size = newSize;
  }

  /// Empties the batch and keeps its arrays.
  public void clear() {
    truncate(0);
    metadata.clear();
  }
}
