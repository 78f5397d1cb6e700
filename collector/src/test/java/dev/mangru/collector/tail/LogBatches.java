package dev.mangru.collector.tail;

import dev.mangru.model.metric.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Builds batches for tests of those who send them.
public final class LogBatches {

  private final List<LogBatch.StreamLines> streams = new ArrayList<>();

  /// Begins a stream; following lines belong to it.
  public LogBatches stream(Labels labels) {
    streams.add(new LogBatch.StreamLines(labels));
    return this;
  }

  /// Adds a line.
  public LogBatches line(long timestampNs, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    streams.getLast().add(timestampNs, bytes, 0, bytes.length);
    return this;
  }

  /// The batch; it advances no file.
  public LogBatch batch() {
    return new LogBatch(streams, List.of());
  }
}
