package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.SampleColumns;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.chunk.ChunkCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Merges one series at a time: gathers its chunks from all inputs by time, copies those that stand
/// alone and are big enough, and decodes, merges and encodes the others into full chunks. Confined
/// to one thread; holds one series' samples at most, and of a long one a stretch.
final class SeriesMerge {

  /// Chunks with at least this many samples are copied. Chosen: below it a header and the first
  /// values, which cost as much as ten later ones, begin to show.
  static final int COPY_SAMPLES = 240;

  /// Samples gathered before they are written. Chosen.
  private static final int STRETCH = 16 * ChunkCodec.MAX_SAMPLES;

  /// Where merged chunks go.
  interface Target {
    /// Samples `[from, to)`, at most a chunk's.
    void add(SampleColumns samples, int from, int to) throws IOException;

    /// A chunk as it is.
    void copy(ChunkCursor source, int chunk) throws IOException;
  }

  private final SampleColumns pending = new SampleColumns();
  private final List<SampleColumns> pool = new ArrayList<>();

  // Chunks of the series by first time: which input's, which of its chunks, first and last time.
  private FileCursor[] sources = new FileCursor[64];
  private int[] chunks = new int[64];
  private long[] firsts = new long[64];
  private long[] lasts = new long[64];
  private int count;

  private long written;
  private long copied;
  private long encoded;

  /// Writes the series that all of `inputs` are at; they come in order of precedence.
  ///
  /// @return samples written
  long merge(List<FileCursor> inputs, Target target, Progress progress) throws IOException {
    written = 0;
    copied = 0;
    encoded = 0;
    gather(inputs);
    for (int from = 0; from < count; ) {
      int to = from + 1;
      long last = lasts[from];
      while (to < count && firsts[to] <= last) {
        last = Math.max(last, lasts[to]);
        to++;
      }
      if (to - from == 1) {
        alone(sources[from], chunks[from], target);
      } else {
        overlapping(from, to);
      }
      if (pending.count() >= STRETCH) {
        flush(target);
      }
      from = to;
    }
    flush(target);
    if (written > 0) {
      progress.wroteSeries(written, copied, encoded);
    }
    return written;
  }

  /// Sorted by insertion: inputs mostly follow each other in time.
  private void gather(List<FileCursor> inputs) throws IOException {
    count = 0;
    for (FileCursor input : inputs) {
      for (int chunk = 0; chunk < input.chunks.chunks(); chunk++) {
        if (input.cutsAll(chunk)) {
          continue;
        }
        if (count == chunks.length) {
          grow();
        }
        long first = input.chunks.minMs(chunk);
        int at = count++;
        while (at > 0 && firsts[at - 1] > first) {
          sources[at] = sources[at - 1];
          chunks[at] = chunks[at - 1];
          firsts[at] = firsts[at - 1];
          lasts[at] = lasts[at - 1];
          at--;
        }
        sources[at] = input;
        chunks[at] = chunk;
        firsts[at] = first;
        lasts[at] = input.chunks.maxMs(chunk);
      }
    }
  }

  private void grow() {
    int capacity = 2 * count;
    sources = java.util.Arrays.copyOf(sources, capacity);
    chunks = java.util.Arrays.copyOf(chunks, capacity);
    firsts = java.util.Arrays.copyOf(firsts, capacity);
    lasts = java.util.Arrays.copyOf(lasts, capacity);
  }

  private void alone(FileCursor input, int chunk, Target target) throws IOException {
    boolean cut = input.cuts(chunk);
    int samples = input.chunks.samples(chunk);
    boolean small = pending.count() > 0 && pending.count() < COPY_SAMPLES;
    if (!cut && !small && samples >= COPY_SAMPLES) {
      flush(target);
      target.copy(input.chunks, chunk);
      written += samples;
      copied++;
    } else if (cut) {
      SampleColumns columns = columns(0);
      input.chunks.read(chunk, columns);
      Deleted.remove(columns, input.cuts());
      FirstWins.append(columns, pending);
    } else {
      input.chunks.read(chunk, pending);
    }
  }

  /// Merges chunks that overlap: those of each input into a column, then neighbours by precedence
  /// pair by pair.
  private void overlapping(int from, int to) throws IOException {
    List<SampleColumns> columns = new ArrayList<>();
    List<FileCursor> inputs = new ArrayList<>();
    for (int i = from; i < to; i++) {
      if (!inputs.contains(sources[i])) {
        inputs.add(sources[i]);
      }
    }
    inputs.sort((a, b) -> Integer.compare(a.precedence, b.precedence));
    int used = 0;
    for (FileCursor input : inputs) {
      SampleColumns column = columns(used++);
      for (int i = from; i < to; i++) {
        if (sources[i].equals(input)) {
          input.chunks.read(chunks[i], column);
        }
      }
      Deleted.remove(column, input.cuts());
      columns.add(column);
    }
    while (columns.size() > 1) {
      List<SampleColumns> merged = new ArrayList<>();
      for (int i = 0; i < columns.size(); i += 2) {
        if (i + 1 == columns.size()) {
          merged.add(columns.get(i));
        } else {
          SampleColumns out = columns(used++);
          FirstWins.merge(columns.get(i), columns.get(i + 1), out);
          merged.add(out);
        }
      }
      columns = merged;
    }
    FirstWins.append(columns.getFirst(), pending);
  }

  private SampleColumns columns(int number) {
    while (pool.size() <= number) {
      pool.add(new SampleColumns());
    }
    SampleColumns columns = pool.get(number);
    columns.clear();
    return columns;
  }

  /// Writes what is pending in chunks of the same size: a small rest would cost more than it holds.
  private void flush(Target target) throws IOException {
    int samples = pending.count();
    if (samples == 0) {
      return;
    }
    int pieces = (samples + ChunkCodec.MAX_SAMPLES - 1) / ChunkCodec.MAX_SAMPLES;
    for (int i = 0; i < pieces; i++) {
      target.add(
          pending, (int) ((long) samples * i / pieces), (int) ((long) samples * (i + 1) / pieces));
    }
    written += samples;
    encoded += samples;
    pending.clear();
  }
}
