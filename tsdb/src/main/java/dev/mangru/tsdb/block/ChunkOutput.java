package dev.mangru.tsdb.block;

import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.chunk.ChunkCodec;
import dev.mangru.tsdb.codec.ByteWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/// What parts and blocks have in common when they are written: chunks, shared columns of times and
/// the directory. Confined to one thread.
final class ChunkOutput {

  private final PageWriter out;
  private final TimeColumns times;
  private final Directory directory = new Directory();
  private final ChunkCodec codec = new ChunkCodec();
  private final IdentityHashMap<SealedFile, int[]> copiedColumns = new IdentityHashMap<>();
  private final long[] columnTimes = new long[ChunkCodec.MAX_SAMPLES];
  private long lastMs;
  private long minMs = Long.MAX_VALUE;
  private long maxMs = Long.MIN_VALUE;
  private long samples;

  ChunkOutput(PageWriter out) {
    this.out = out;
    this.times = new TimeColumns(out);
  }

  int series() {
    return directory.series();
  }

  long samples() {
    return samples;
  }

  /// Adds samples `[from, to)` of a series: the one added last, with later times, or one of a
  /// higher number.
  ///
  /// @throws IllegalArgumentException if numbers or times do not ascend
  void add(int ref, SampleColumns columns, int from, int to) throws IOException {
    if (from >= to) {
      return;
    }
    long[] timesMs = columns.timesMs();
    checkOrder(ref, timesMs, from, to);
    ByteWriter buffer = out.buffer();
    for (int at = from; at < to; at += ChunkCodec.MAX_SAMPLES) {
      int end = Math.min(to, at + ChunkCodec.MAX_SAMPLES);
      beginGroup(ref);
      int column = times.column(timesMs, at, end - at);
      long offset = out.position();
      codec.encode(columns, at, end, buffer);
      directory.add(ref, offset, (int) (out.position() - offset), column);
      out.written();
    }
    added(timesMs[from], timesMs[to - 1], to - from);
  }

  /// Copies a chunk as it is.
  void copy(int ref, ChunkCursor source, int chunk) throws IOException {
    int column = source.column(chunk);
    int count = source.samples(chunk);
    int[] known =
        copiedColumns.computeIfAbsent(source.file(), file -> new int[file.footer().columns()]);
    if (known[column] == 0) {
      long[] decoded = source.times(chunk);
      System.arraycopy(decoded, 0, columnTimes, 0, count);
      checkOrder(ref, columnTimes, 0, count);
      beginGroup(ref);
      known[column] = times.column(columnTimes, 0, count) + 1;
    } else {
      checkFirst(ref, source.minMs(chunk));
      beginGroup(ref);
    }
    long offset = out.position();
    int length = source.length(chunk);
    source.copyTo(chunk, out.buffer());
    directory.add(ref, offset, length, known[column] - 1);
    out.written();
    added(source.minMs(chunk), source.maxMs(chunk), count);
  }

  private void beginGroup(int ref) throws IOException {
    if (directory.beginsGroup(ref)) {
      times.spillIfMany();
    }
  }

  private void added(long firstMs, long newLastMs, int count) {
    lastMs = newLastMs;
    minMs = Math.min(minMs, firstMs);
    maxMs = Math.max(maxMs, newLastMs);
    samples += count;
  }

  private void checkOrder(int ref, long[] timesMs, int from, int to) {
    checkFirst(ref, timesMs[from]);
    for (int i = from + 1; i < to; i++) {
      if (timesMs[i] <= timesMs[i - 1]) {
        throw outOfOrder(ref, timesMs[i], timesMs[i - 1]);
      }
    }
  }

  private void checkFirst(int ref, long firstMs) {
    if (ref < directory.lastRef() || ref < 0) {
      throw new IllegalArgumentException(
          out.path() + ": series " + ref + " after series " + directory.lastRef());
    }
    if (ref == directory.lastRef() && firstMs <= lastMs) {
      throw outOfOrder(ref, firstMs, lastMs);
    }
  }

  private IllegalArgumentException outOfOrder(int ref, long timeMs, long beforeMs) {
    return new IllegalArgumentException(
        "%s: series %d has a sample at %d after one at %d"
            .formatted(out.path(), ref, timeMs, beforeMs));
  }

  /// Writes columns of times, directory, `more` sections, page checksums and footer, and makes the
  /// file durable.
  ///
  /// @throws IllegalStateException if there is no sample
  void finish(Footer.Kind kind, Sealed sealed, List<ByteWriter> more) throws IOException {
    if (samples == 0) {
      throw new IllegalStateException(out.path() + ": a sealed file needs at least one sample");
    }
    ByteWriter columnRecords = times.finish();
    out.endRegion();
    List<Footer.Section> sections = new ArrayList<>();
    sections.add(out.write(directory.headers()));
    sections.add(out.write(directory.entries()));
    sections.add(out.write(columnRecords));
    for (ByteWriter section : more) {
      sections.add(out.write(section));
    }
    long pageTable = out.endRegion();
    Footer footer =
        new Footer(
            sealed,
            new TimeRange(minMs, maxMs),
            samples,
            directory.series(),
            times.columns(),
            directory.chunks(),
            pageTable,
            out.pages(),
            out.pageTableCrc(),
            sections);
    out.finish(footer.encode(kind));
  }
}
