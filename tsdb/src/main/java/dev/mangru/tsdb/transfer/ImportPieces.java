package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.codec.ByteWriter;
import java.io.IOException;

/// Cuts what an [Importer] has sorted into pieces of bounded size, for a store that is elsewhere:
/// there [PieceSource] reads them. The store finds out what it has already. Confined to one thread.
///
/// The bytes of a piece are the frames that FORMAT.md draws. When they change,
/// [dev.mangru.model.metric.MetricStoreAdmin#PIECE_TYPE] does.
public final class ImportPieces implements ImportTarget {

  /// Longest piece, in bytes: some million samples, so that what is acknowledged grows steadily and
  /// a block made of one is worth a file. Chosen.
  private static final int MAX_BYTES = 32 << 20;

  /// Samples in one frame: far below a piece. Chosen.
  private static final int FRAME_SAMPLES = 10_000;

  private static final long TWO_HOURS_MS = 7_200_000;

  /// The years 1 to 9999: times that a file means, and that can be told.
  private static final TimeRange TIMES = new TimeRange(-62_135_596_800_000L, 253_402_300_799_999L);

  private final int pieceBytes;
  private final Receiver receiver;
  private final ByteWriter piece = new ByteWriter(1 << 20);
  private final ByteWriter body = new ByteWriter(1 << 16);
  private final ByteWriter framed = new ByteWriter(1 << 16);
  private final SampleBuffer samples = new SampleBuffer();

  /// Takes a piece.
  @FunctionalInterface
  public interface Receiver {

    /// Returns once the piece is stored, durably; throws if it is not.
    void take(byte[] piece) throws IOException;
  }

  /// Pieces of about 32 MiB.
  public ImportPieces(Receiver receiver) {
    this(MAX_BYTES, receiver);
  }

  /// @param pieceBytes longest piece, unless one frame is longer
  ImportPieces(int pieceBytes, Receiver receiver) {
    this.pieceBytes = pieceBytes;
    this.receiver = receiver;
  }

  @Override
  public long oldestMs() {
    return TIMES.startMs();
  }

  @Override
  public long newestMs() {
    return TIMES.endMs();
  }

  @Override
  public long windowMs() {
    return TWO_HOURS_MS;
  }

  @Override
  public Window window(TimeRange window) {
    long number = Math.floorDiv(window.startMs(), TWO_HOURS_MS);
    return new Window() {

      @Override
      public void existing(Labels labels, SampleColumns columns) {
        columns.clear(); // the store looks
      }

      @Override
      public void add(Labels labels, SampleColumns columns) throws IOException {
        for (int from = 0; from < columns.count(); from += FRAME_SAMPLES) {
          frame(number, labels, columns, from, Math.min(columns.count(), from + FRAME_SAMPLES));
        }
      }

      @Override
      public void finish() {} // pieces hold several windows

      @Override
      public void close() {}
    };
  }

  private void frame(long number, Labels labels, SampleColumns columns, int from, int to)
      throws IOException {
    samples.clear();
    for (int i = from; i < to; i++) {
      samples.add(
          columns.timesMs()[i], columns.startMs(i), columns.values()[i], columns.histogram(i));
    }
    SpillFile.frame(number, labels, samples, body, framed.clear());
    if (piece.length() > 0 && piece.length() + framed.length() > pieceBytes) {
      flush();
    }
    piece.append(framed);
  }

  /// Hands on what is left, after the last window.
  public void flush() throws IOException {
    if (piece.length() > 0) {
      receiver.take(piece.toByteArray());
      piece.clear();
    }
  }
}
