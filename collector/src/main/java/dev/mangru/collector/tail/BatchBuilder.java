package dev.mangru.collector.tail;

import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Gathers records of several files into one batch. Confined to the tailing thread.
final class BatchBuilder implements RecordSink {

  private final TailOptions options;
  private final TailStats stats;

  /// Files with something new, in order of first mention.
  private final Map<FileCursor, Map<String, LogBatch.StreamLines>> byCursor = new LinkedHashMap<>();

  private int records;
  private int bytes;
  private @Nullable FileCursor current;
  private @Nullable Map<String, LogBatch.StreamLines> currentLines;

  BatchBuilder(TailOptions options, TailStats stats) {
    this.options = options;
    this.stats = stats;
  }

  /// Whose records follow.
  void from(FileCursor cursor) {
    current = cursor;
    currentLines = byCursor.get(cursor);
  }

  /// Makes the batch carry the file's position even if no record came of it: a file of holes or
  /// overlong lines must move on too.
  Map<String, LogBatch.StreamLines> touch() {
    Map<String, LogBatch.StreamLines> lines = currentLines;
    if (lines == null) {
      FileCursor cursor = Objects.requireNonNull(current, "records without a file");
      lines = byCursor.computeIfAbsent(cursor, _ -> new HashMap<>(4));
      currentLines = lines;
    }
    return lines;
  }

  @Override
  public void record(String output, long timestampNs, byte[] buffer, int from, int to) {
    LogBatch.StreamLines lines =
        touch().computeIfAbsent(output, name -> new LogBatch.StreamLines(labels(name)));
    byte[] source = buffer;
    int start = from;
    int length = Math.min(to - from, options.maxLineBytes());
    if (length < to - from) {
      lost(LossReason.LINE_TOO_LONG, to - from - length);
    }
    int ascii = ByteScan.endOfAscii(buffer, from, from + length);
    if (ascii < from + length && !Utf8.isValid(buffer, ascii, from + length)) {
      stats.invalidUtf8.increment();
      source = Utf8.repaired(buffer, from, from + length);
      start = 0;
      length = source.length;
    }
    lines.add(timestampNs, source, start, length);
    records++;
    bytes += length;
  }

  private Labels labels(String output) {
    return Objects.requireNonNull(current, "records without a file").labels(output);
  }

  @Override
  public void malformed() {
    stats.malformed.increment();
  }

  @Override
  public void lost(LossReason reason, long count) {
    stats.lost(reason, count);
  }

  boolean isFull() {
    return bytes >= options.maxBatchBytes() || records >= options.maxBatchRecords();
  }

  boolean isEmpty() {
    return byCursor.isEmpty();
  }

  /// The batch so far; the builder is empty afterwards.
  LogBatch seal(long nowMs) {
    List<LogBatch.StreamLines> streams = new ArrayList<>();
    List<LogBatch.Advance> advances = new ArrayList<>();
    byCursor.forEach((cursor, lines) -> {
      streams.addAll(lines.values());
      advances.add(new LogBatch.Advance(cursor.id(), cursor.position(nowMs)));
    });
    stats.lines.add(records);
    byCursor.clear();
    current = null;
    currentLines = null;
    records = 0;
    bytes = 0;
    return new LogBatch(streams, advances);
  }
}
