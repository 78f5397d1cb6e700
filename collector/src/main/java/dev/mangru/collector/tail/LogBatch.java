package dev.mangru.collector.tail;

import dev.mangru.model.metric.Labels;
import java.util.Arrays;
import java.util.List;

/// Lines on their way to a server, with the file positions that become safe once it holds them.
/// Immutable after it was sealed; may be handed between threads.
public final class LogBatch {

  private final List<StreamLines> streams;
  private final List<Advance> advances;
  private final int records;
  private final long bytes;

  LogBatch(List<StreamLines> streams, List<Advance> advances) {
    this.streams = List.copyOf(streams);
    this.advances = List.copyOf(advances);
    int sumRecords = 0;
    long sumBytes = 0;
    for (StreamLines stream : this.streams) {
      sumRecords += stream.count();
      sumBytes += stream.bytes();
    }
    records = sumRecords;
    bytes = sumBytes;
  }

  /// The lines, by stream.
  public List<StreamLines> streams() {
    return streams;
  }

  /// How many records there are.
  public int records() {
    return records;
  }

  /// Bytes of text.
  public long bytes() {
    return bytes;
  }

  List<Advance> advances() {
    return advances;
  }

  /// Where a file may be read from once the batch is safe.
  record Advance(long cursorId, Position position) {}

  /// The lines of one stream, packed. Immutable after the batch was sealed.
  public static final class StreamLines {

    private final Labels labels;
    private byte[] buffer = new byte[4096];
    private long[] timestampsNs = new long[32];
    private int[] ends = new int[32];
    private int count;

    /// Empty lines of a stream; filled with [#add].
    public StreamLines(Labels labels) {
      this.labels = labels;
    }

    /// Adds a copy of one line. For builders only: not after the batch was sealed.
    public void add(long timestampNs, byte[] source, int from, int length) {
      int start = bytes();
      if (buffer.length - start < length) {
        buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, start + length));
      }
      if (count == ends.length) {
        ends = Arrays.copyOf(ends, count * 2);
        timestampsNs = Arrays.copyOf(timestampsNs, count * 2);
      }
      System.arraycopy(source, from, buffer, start, length);
      timestampsNs[count] = timestampNs;
      ends[count++] = start + length;
    }

    /// The stream's labels.
    public Labels labels() {
      return labels;
    }

    /// How many lines.
    public int count() {
      return count;
    }

    /// Bytes of all lines.
    public int bytes() {
      return count == 0 ? 0 : ends[count - 1];
    }

    /// Nanoseconds since the epoch.
    public long timestampNs(int line) {
      return timestampsNs[line];
    }

    /// The array that holds all lines. Not a copy; do not write.
    public byte[] buffer() {
      return buffer;
    }

    /// Where a line begins in [#buffer].
    public int start(int line) {
      return line == 0 ? 0 : ends[line - 1];
    }

    /// Bytes of a line.
    public int length(int line) {
      return ends[line] - start(line);
    }
  }
}
