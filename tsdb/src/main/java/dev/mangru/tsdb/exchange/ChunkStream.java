package dev.mangru.tsdb.exchange;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.tsdb.transfer.prometheus.ChunkWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32C;

/// Writes series as frames of chunks, one `prometheus.ChunkedReadResponse` each. Confined to one
/// thread.
///
/// ```
/// frame                length (varint), CRC-32C of the message (4 bytes, the highest first), message
/// ChunkedReadResponse  chunked_series = 1 (labels = 1, chunks = 2), query_index = 2
/// Chunk                min_time_ms = 1, max_time_ms = 2, type = 3, data = 4
/// ```
///
/// A frame has one series, or a part of it if its chunks are more than a frame should hold.
public final class ChunkStream {

  /// A frame that has as much is sent; so it may be longer by one chunk. Prometheus' default
  /// (`--storage.remote.read-max-bytes-in-frame`).
  public static final int FRAME_BYTES = 1 << 20;

  private final OutputStream out;
  private final ChunkWriter chunks = new ChunkWriter();
  private final ProtobufWriter labels = new ProtobufWriter();
  private final ProtobufWriter body = new ProtobufWriter();
  private final ProtobufWriter frame = new ProtobufWriter();
  private final CRC32C crc = new CRC32C();

  /// @param out should buffer: a frame of a series with few samples is small
  public ChunkStream(OutputStream out) {
    this.out = out;
  }

  /// Writes a series.
  ///
  /// @param query which of the request's queries has found it
  /// @param samples may be none, if only series are asked for
  public void write(int query, Labels series, SampleColumns samples) throws IOException {
    ReadMessages.labels(series, labels.clear());
    body.clear();
    chunks.write(
        samples,
        (encoding, minMs, maxMs, bytes, length) -> {
          if (labels.length() + body.length() >= FRAME_BYTES) {
            send(query);
          }
          body.message(
              2,
              chunk ->
                  chunk
                      .varint(1, minMs)
                      .varint(2, maxMs)
                      .varint(3, encoding)
                      .bytes(4, bytes, 0, length));
        });
    if (body.length() > 0 || samples.count() == 0) {
      send(query);
    }
  }

  private void send(int query) throws IOException {
    byte[] labelBytes = labels.toByteArray();
    byte[] bodyBytes = body.toByteArray();
    body.clear();
    byte[] head =
        frame
            .clear()
            .rawVarint(1 << 3 | 2)
            .rawVarint(labelBytes.length + (long) bodyBytes.length)
            .toByteArray();
    byte[] tail = query == 0 ? new byte[0] : frame.clear().varint(2, query).toByteArray();
    crc.reset();
    crc.update(head);
    crc.update(labelBytes);
    crc.update(bodyBytes);
    crc.update(tail);
    int sum = (int) crc.getValue();
    out.write(
        frame
            .clear()
            .rawVarint((long) head.length + labelBytes.length + bodyBytes.length + tail.length)
            .toByteArray());
    out.write(sum >>> 24);
    out.write(sum >>> 16);
    out.write(sum >>> 8);
    out.write(sum);
    out.write(head);
    out.write(labelBytes);
    out.write(bodyBytes);
    out.write(tail);
  }
}
