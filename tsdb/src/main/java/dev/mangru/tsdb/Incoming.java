package dev.mangru.tsdb;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.head.RowReader;
import dev.mangru.tsdb.head.SeriesTable;
import dev.mangru.tsdb.index.SeriesView;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The series of a block that came from elsewhere, beside those that are being written: were any
/// written at its times since it was begun, and which have their newest sample in it? Most of the
/// work is done before anybody has to wait. Confined to one thread.
final class Incoming {

  private static final long NONE = Long.MIN_VALUE;

  private final BlockFile block;
  private final SeriesTable table;
  private final ChunkCursor cursor;
  private final SampleColumns scratch = new SampleColumns();

  /// Series of the block that the table has, with the times of their first and last sample there.
  private int[] refs;

  private long[] firstMs;
  private long[] lastMs;

  /// The last sample, where it is newer than all that the table knew.
  private long[] lastBits;

  private byte[] lastFlags;
  private int count;

  /// Series of the table below this were looked for.
  private int endRef;

  /// Looks up every series of `block`.
  Incoming(BlockFile block, SeriesTable table) throws IOException {
    this.block = block;
    this.table = table;
    this.cursor = block.cursor();
    SeriesView names = table.view();
    endRef = names.endNumber();
    int most = Math.min(block.series(), endRef);
    refs = new int[most];
    firstMs = new long[most];
    lastMs = new long[most];
    lastBits = new long[most];
    lastFlags = new byte[most];
    while (cursor.next()) {
      int ref = names.find(block.labels(cursor.ref()));
      if (ref >= 0) {
        add(ref);
      }
    }
  }

  private void add(int ref) throws IOException {
    if (count == refs.length) {
      int capacity = Math.max(16, 2 * count);
      refs = Arrays.copyOf(refs, capacity);
      firstMs = Arrays.copyOf(firstMs, capacity);
      lastMs = Arrays.copyOf(lastMs, capacity);
      lastBits = Arrays.copyOf(lastBits, capacity);
      lastFlags = Arrays.copyOf(lastFlags, capacity);
    }
    refs[count] = ref;
    firstMs[count] = cursor.minMs();
    lastMs[count] = cursor.maxMs();
    if (lastMs[count] > table.newestMs(ref)) {
      scratch.clear();
      cursor.read(cursor.chunks() - 1, scratch);
      int last = scratch.count() - 1;
      long value = Double.doubleToRawLongBits(scratch.values()[last]);
      boolean extended = scratch.histogram(last) != null || scratch.startMs(last) != 0;
      lastFlags[count] = (byte) (extended ? Extended.FLAG : 0);
      lastBits[count] =
          extended ? Extended.bits(scratch.startMs(last), value, scratch.histogram(last)) : value;
    }
    count++;
  }

  /// A series that has got a sample between the first and the last one that the block has of it, in
  /// one of `rows` or `parts`; null if there is none. While no batch is written.
  ///
  /// @param rows those that came since the block was begun, or more
  /// @param parts that were sealed since
  @Nullable Labels writtenMeanwhile(RowReader rows, List<ChunkCursor> parts) throws IOException {
    for (int end = table.endRef(); endRef < end; endRef++) {
      int number = block.find(table.labels(endRef));
      if (number >= 0 && cursor.seek(number)) {
        add(endRef);
      }
    }
    for (int i = 0; i < count; i++) {
      if (rows.has(table.lastRow(refs[i]), Long.MAX_VALUE, firstMs[i], lastMs[i])) {
        return table.labels(refs[i]);
      }
    }
    for (ChunkCursor part : parts) {
      for (int i = 0; i < count; i++) {
        if (part.seek(refs[i]) && part.minMs() <= lastMs[i] && part.maxMs() >= firstMs[i]) {
          return table.labels(refs[i]);
        }
      }
    }
    return null;
  }

  /// Tells the table of the samples that are newer than all it knows. While no batch is written.
  ///
  /// @return whether there are any
  boolean tellNewest() {
    boolean any = false;
    for (int i = 0; i < count; i++) {
      long known = table.newestMs(refs[i]);
      if (known != NONE && lastMs[i] > known) {
        table.setNewest(refs[i], lastMs[i], lastBits[i], table.lastRow(refs[i]), lastFlags[i]);
        any = true;
      }
    }
    return any;
  }
}
