package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.SampleColumns;
import java.nio.file.Path;

/// Decodes one chunk of a series. Confined to one thread.
final class ChunkReader {

  private static final int XOR = 1;
  private static final int HISTOGRAM = 2;
  private static final int FLOAT_HISTOGRAM = 3;

  private ChunkReader() {}

  /// Adds all samples of the chunk to `target`.
  ///
  /// @param bytes from the encoding byte to the end of the data
  /// @param fileOffset where in `path` the encoding byte stands
  static void read(byte[] bytes, int length, Path path, long fileOffset, SampleColumns target)
      throws CorruptDataException {
    if (length < 3) {
      throw new CorruptDataException(
          path, fileOffset, "a chunk of 3 bytes or more", length + " bytes");
    }
    int encoding = bytes[0];
    int count = (bytes[1] & 0xff) << 8 | (bytes[2] & 0xff);
    switch (encoding) {
      case XOR -> floats(new BitReader(bytes, 3, length, path, fileOffset), count, target);
      case HISTOGRAM, FLOAT_HISTOGRAM -> {
        if (length < 4) {
          throw new CorruptDataException(
              path, fileOffset, "a histogram chunk of 4 bytes or more", length + " bytes");
        }
        BitReader in = new BitReader(bytes, 4, length, path, fileOffset);
        HistogramChunk chunk = new HistogramChunk(in, bytes[3] & 0xff, count);
        if (encoding == HISTOGRAM) {
          chunk.integers(target);
        } else {
          chunk.floats(target);
        }
      }
      default ->
          throw new CorruptDataException(
              path,
              fileOffset,
              "a chunk encoding of 1 (floats), 2 (histograms) or 3 (float histograms)",
              encoding + ": written by a newer Prometheus?");
    }
  }

  /// Times as deltas of deltas, values against the one before.
  private static void floats(BitReader in, int count, SampleColumns target)
      throws CorruptDataException {
    long time = 0;
    long delta = 0;
    BitReader.Xor value = new BitReader.Xor();
    for (int i = 0; i < count; i++) {
      if (i == 0) {
        time = in.varint();
        target.add(time, value.first(in.bits(64)));
        continue;
      }
      delta = i == 1 ? in.uvarint() : delta + deltaOfDelta(in);
      time += delta;
      target.add(time, value.next(in));
    }
  }

  private static long deltaOfDelta(BitReader in) throws CorruptDataException {
    return switch (in.ones(4)) {
      case 0 -> 0;
      case 1 -> in.signed(14);
      case 2 -> in.signed(17);
      case 3 -> in.signed(20);
      default -> in.bits(64);
    };
  }
}
