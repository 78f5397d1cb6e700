package dev.mangru.tsdb.v1.head;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.v1.chunk.Newest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The one kind of log record: definitions of series, then samples.
///
/// A record defines every series it names unless a durable record already does, so a record that
/// never made it to disk leaves no dangling names behind. The bytes are drawn in FORMAT.md.
public final class BatchRecord {

  private static final int KIND_BATCH = 1;

  private BatchRecord() {}

  /// Takes the parts of a record in order.
  public interface Visitor {
    /// One definition.
    void define(long ref, Labels labels, @Nullable Newest newest) throws IOException;

    /// One sample.
    void sample(long ref, long timestampMs, long valueBits) throws IOException;
  }

  /// Reads a record back.
  ///
  /// @param file names the log in errors
  /// @param offset of the payload in it
  public static void read(ByteBuffer payload, Path file, long offset, Visitor visitor)
      throws IOException {
    int start = payload.arrayOffset() + payload.position();
    ByteReader reader =
        new ByteReader(payload.array(), start, start + payload.remaining(), file, offset - start);
    int kind = reader.u8();
    if (kind != KIND_BATCH) {
      throw reader.corrupt("a record of kind " + KIND_BATCH, "kind " + kind);
    }
    int definitionCount = reader.count(3);
    for (int i = 0; i < definitionCount; i++) {
      long ref = reader.varint();
      String[] pairs = new String[reader.count(2) * 2];
      for (int p = 0; p < pairs.length; p++) {
        pairs[p] = reader.text();
        if (p >= 2 && p % 2 == 0 && Labels.compareUtf8(pairs[p - 2], pairs[p]) >= 0) {
          throw reader.corrupt("labels sorted by name", pairs[p - 2] + " before " + pairs[p]);
        }
      }
      Newest newest = reader.u8() == 0 ? null : new Newest(reader.zigZag(), reader.u64());
      visitor.define(ref, Labels.ofSortedPairs(pairs), newest);
    }
    int sampleCount = reader.count(10);
    long ref = 0;
    long timestampMs = 0;
    for (int i = 0; i < sampleCount; i++) {
      ref += reader.zigZag();
      timestampMs += reader.zigZag();
      visitor.sample(ref, timestampMs, reader.u64());
    }
    if (reader.remaining() != 0) {
      throw reader.corrupt("the end of the record", reader.remaining() + " more bytes");
    }
  }
}
