package dev.mangru.tsdb.v1.head;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.v1.chunk.Newest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// For a fuzzer: any bytes are a record of the first format's log or corrupt.
public final class BatchRecordFuzz {

  private static final Path FILE = Path.of("/data/wal/00000001.log");

  private BatchRecordFuzz() {}

  /// Records of up to five series and samples.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int count = 0; count < 6; count++) {
      ByteWriter out = new ByteWriter(64).u8(1).varint(count);
      for (int i = 0; i < count; i++) {
        out.varint(i + 1L).varint(2).text("__name__").text("up").text("job").text("j" + i);
        out.u8(i % 2);
        if (i % 2 == 1) {
          out.zigZag(1_790_000_000_000L).u64(Double.doubleToRawLongBits(1));
        }
      }
      out.varint(count);
      for (int i = 0; i < count; i++) {
        out.zigZag(1).zigZag(i == 0 ? 1_790_000_000_000L : 0).u64(i);
      }
      seeds.add(out.toByteArray());
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    long before = FuzzTarget.allocated();
    try {
      BatchRecord.read(
          ByteBuffer.wrap(input),
          FILE,
          8,
          new BatchRecord.Visitor() {
            @Override
            public void define(long ref, Labels labels, @Nullable Newest newest) {
              for (int i = 1; i < labels.count(); i++) {
                if (Labels.compareUtf8(labels.name(i - 1), labels.name(i)) >= 0) {
                  throw new AssertionError("labels out of order: " + labels);
                }
              }
            }

            @Override
            public void sample(long ref, long timestampMs, long valueBits) {
              // any numbers are a sample
            }
          });
    } catch (CorruptDataException refused) {
      // one of the two ways to end
    }
    FuzzTarget.bounded(before, input.length);
  }
}
