package dev.mangru.server.http.exchange;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.xerial.snappy.Snappy;

/// Compresses into snappy's block format piece by piece, so that only what is compressed is held.
/// Confined to one thread.
///
/// The format wants the length of everything first, then elements; those of pieces that were
/// compressed apart follow each other as if they had not been, since no copy reaches out of its
/// piece.
///
/// Source: google/snappy, “format_description.txt”.
final class SnappyPieces extends OutputStream {

  /// How much is compressed at a time: as far as snappy itself looks back.
  private static final int PIECE = 64 * 1024;

  private final byte[] piece = new byte[PIECE];
  private final byte[] compressed = new byte[Snappy.maxCompressedLength(PIECE)];
  private final ByteArrayOutputStream elements = new ByteArrayOutputStream();
  private int inPiece;
  private long length;

  /// Bytes given so far.
  long length() {
    return length;
  }

  /// Bytes held.
  long held() {
    return elements.size();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      int now = Math.min(count - done, PIECE - inPiece);
      System.arraycopy(bytes, offset + done, piece, inPiece, now);
      inPiece += now;
      done += now;
      if (inPiece == PIECE) {
        flush();
      }
    }
    length += count;
  }

  /// Compresses what waits.
  @Override
  public void flush() throws IOException {
    if (inPiece == 0) {
      return;
    }
    int size = Snappy.compress(piece, 0, inPiece, compressed, 0);
    int from = 0;
    while (compressed[from] < 0) {
      from++;
    }
    elements.write(compressed, from + 1, size - from - 1);
    inPiece = 0;
  }

  /// Compresses everything that `other` holds behind what is here.
  void add(SnappyPieces other) throws IOException {
    flush();
    other.flush();
    other.elements.writeTo(elements);
    length += other.length;
  }

  /// The whole block: the length, and the elements.
  void writeTo(OutputStream out) throws IOException {
    flush();
    long rest = length;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
    elements.writeTo(out);
  }
}
