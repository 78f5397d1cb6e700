package dev.mangru.collector.tail;

import java.util.Arrays;

/// Joins the pieces of long lines, each of a container's two outputs by itself: runtimes cut lines
/// at 16 KiB and mix the outputs in one file. Confined to the tailing thread.
final class PartialLines {

  private static final int FIRST_CAPACITY = 32 * 1024;

  private final int maxLineBytes;
  private final Piece[] pieces = {new Piece("stdout"), new Piece("stderr")};

  PartialLines(int maxLineBytes) {
    this.maxLineBytes = maxLineBytes;
  }

  /// One piece of a line. The time of the first piece counts.
  ///
  /// @param complete whether this is the last piece
  void piece(
      boolean stderr,
      boolean complete,
      long timestampNs,
      byte[] buffer,
      int from,
      int to,
      long offset,
      RecordSink sink) {
    Piece piece = pieces[stderr ? 1 : 0];
    if (piece.startOffset == LineDecoder.NOTHING_PENDING) {
      if (complete) {
        sink.record(piece.output, timestampNs, buffer, from, to);
        return;
      }
      piece.startOffset = offset;
      piece.timestampNs = timestampNs;
    }
    int room = Math.min(to - from, maxLineBytes - piece.length);
    if (room < to - from) {
      sink.lost(LossReason.LINE_TOO_LONG, to - from - room);
    }
    piece.append(buffer, from, room);
    if (complete) {
      piece.handOver(sink);
    }
  }

  long pendingOffset() {
    return Math.min(pieces[0].startOffset, pieces[1].startOffset);
  }

  void flush(RecordSink sink) {
    for (Piece piece : pieces) {
      if (piece.startOffset != LineDecoder.NOTHING_PENDING) {
        piece.handOver(sink);
      }
    }
  }

  /// What one output has so far.
  private static final class Piece {
    private static final byte[] NONE = {};

    private final String output;
    private byte[] bytes = NONE;
    private int length;
    private long startOffset = LineDecoder.NOTHING_PENDING;
    private long timestampNs;

    Piece(String output) {
      this.output = output;
    }

    void append(byte[] source, int from, int count) {
      if (bytes.length - length < count) {
        bytes =
            Arrays.copyOf(
                bytes, Math.max(FIRST_CAPACITY, Math.max(bytes.length * 2, length + count)));
      }
      System.arraycopy(source, from, bytes, length, count);
      length += count;
    }

    /// Gives the memory back too: thousands of containers each wrote one long line once.
    void handOver(RecordSink sink) {
      sink.record(output, timestampNs, bytes, 0, length);
      bytes = NONE;
      length = 0;
      startOffset = LineDecoder.NOTHING_PENDING;
    }
  }
}
