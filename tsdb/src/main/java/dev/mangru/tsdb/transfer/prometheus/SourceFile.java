package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.error.CorruptDataException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/// A file read mostly forwards, through one buffer. Numbers are big-endian. Confined to one thread.
final class SourceFile implements Closeable {

  private static final int BUFFER_BYTES = 128 << 10;

  private final Path path;
  private final ReadableFile file;
  private final long length;
  private final ByteBuffer buffer;
  private long bufferOffset;

  private SourceFile(Path path, ReadableFile file, long length) {
    this.path = path;
    this.file = file;
    this.length = length;
    this.buffer = ByteBuffer.allocate((int) Math.min(length, BUFFER_BYTES)).limit(0);
  }

  static SourceFile open(Disk disk, Path path) throws IOException {
    ReadableFile file = disk.open(path);
    boolean opened = false;
    try {
      SourceFile source = new SourceFile(path, file, file.length());
      opened = true;
      return source;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  Path path() {
    return path;
  }

  long length() {
    return length;
  }

  /// `count` bytes at `offset`, in an array of their own.
  ///
  /// @throws CorruptDataException if the file ends before
  byte[] bytes(long offset, int count) throws IOException {
    if (offset < 0 || count < 0 || offset > length - count) {
      throw new CorruptDataException(
          path, offset, count + " bytes", "the end of the file at " + length);
    }
    byte[] copy = new byte[count];
    if (count > BUFFER_BYTES) {
      file.readFully(offset, ByteBuffer.wrap(copy));
      return copy;
    }
    if (offset < bufferOffset || offset + count > bufferOffset + buffer.limit()) {
      buffer.clear().limit((int) Math.min(length - offset, BUFFER_BYTES));
      bufferOffset = offset;
      file.readFully(offset, buffer);
      buffer.flip();
    }
    buffer.get((int) (offset - bufferOffset), copy);
    return copy;
  }

  /// Reads from `offset` what is at most `count` bytes long, fewer at the end of the file.
  FileBytes upTo(long offset, int count) throws IOException {
    long there = Math.max(0, Math.min(count, length - offset));
    return new FileBytes(path, offset, bytes(offset, (int) there));
  }

  /// Reads `count` bytes that are followed by their CRC-32C, and verifies it.
  FileBytes checked(long offset, int count) throws IOException {
    if (count < 0 || count > length - offset - 4) {
      throw new CorruptDataException(
          path, offset, "at most " + (length - offset - 4) + " bytes", count + " bytes");
    }
    FileBytes with = new FileBytes(path, offset, bytes(offset, count + 4));
    with.verify(0, count);
    return with;
  }

  static int crc(byte[] bytes, int from, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, count);
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
