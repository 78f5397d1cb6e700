package dev.mangru.logindex.schema;

import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One record of the write-ahead log: some log records with consecutive sequence numbers.
///
/// Drawn in `FORMAT.md`, “The write-ahead log”.
///
/// @param firstSeq sequence number of the first record; the others count up from it
/// @param records in order of storage
public record WalBatch(long firstSeq, List<LogRecord> records) {

  private static final int VERSION = 1;
  private static final int FIRST_SEQ_AT = 1;

  /// Sequence number of the last record.
  public long lastSeq() {
    return firstSeq + records.size() - 1;
  }

  /// Writes a batch whose first sequence number is not known yet; see [#number].
  public static void encode(List<LogRecord> records, ByteSink sink) {
    sink.clear().put(VERSION).putLong(0);
    Map<Labels, Integer> streams = new HashMap<>();
    List<Labels> order = new ArrayList<>();
    for (LogRecord record : records) {
      if (streams.putIfAbsent(record.stream(), order.size()) == null) {
        order.add(record.stream());
      }
    }
    sink.putVarint(order.size());
    order.forEach(sink::putLabels);
    sink.putVarint(records.size());
    for (LogRecord record : records) {
      sink.putLong(record.timestampNs())
          .putVarint(streams.getOrDefault(record.stream(), 0))
          .put(record.severity().otlpNumber())
          .putText(record.line())
          .putLabels(record.attributes());
    }
  }

  /// Gives an encoded batch its first sequence number.
  public static void number(ByteSink encoded, long firstSeq) {
    encoded.setLong(FIRST_SEQ_AT, firstSeq);
  }

  /// Reads a batch.
  ///
  /// @throws IOException if the bytes cannot be right; names what and where
  public static WalBatch decode(ByteBuffer payload) throws IOException {
    byte[] bytes = new byte[payload.remaining()];
    payload.duplicate().get(bytes);
    ByteSource source = new ByteSource(bytes, 0, bytes.length);
    int version = source.get();
    if (version != VERSION) {
      throw new IOException("a log batch of version " + version + ", this is version " + VERSION);
    }
    long firstSeq = source.getLong();
    Labels[] streams = new Labels[checkedCount(source.getVarint(), bytes.length)];
    for (int i = 0; i < streams.length; i++) {
      streams[i] = source.getLabels();
    }
    int count = checkedCount(source.getVarint(), bytes.length);
    List<LogRecord> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long timestampNs = source.getLong();
      int stream = source.getVarint();
      if (stream >= streams.length) {
        throw new IOException("stream " + stream + " of " + streams.length);
      }
      Severity severity = Severity.ofOtlpNumber(source.get());
      String line = source.getText();
      records.add(new LogRecord(timestampNs, streams[stream], severity, line, source.getLabels()));
    }
    return new WalBatch(firstSeq, records);
  }

  private static int checkedCount(int count, int bytes) throws IOException {
    if (count > bytes) {
      throw new IOException("a count of " + count + " in " + bytes + " bytes");
    }
    return count;
  }
}
