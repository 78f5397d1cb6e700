package dev.mangru.tsdb.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.tsdb.codec.ByteWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes a new file from its first byte to its last and keeps a checksum of each page. Confined to
/// one thread.
///
/// A page is [#PAGE_BYTES] of the file whatever stands in it: one checksum serves hundreds of tiny
/// chunks, and a reader checks little more than what it touches.
final class PageWriter implements Closeable {

  /// One page of memory on every machine we run on: what the kernel reads for one touch anyway.
  static final int PAGE_BYTES = 4_096;

  /// Bytes gathered before they are written. Chosen: few system calls, fits the cache.
  private static final int BUFFER_BYTES = 256 * 1_024;

  private final Disk disk;
  private final Path path;
  private final WritableFile file;
  private final ByteWriter buffer = new ByteWriter(BUFFER_BYTES + 64 * 1_024);
  private final ByteWriter pageCrcs = new ByteWriter(4 * 1_024);
  private final CRC32C crc = new CRC32C();
  private int inPage;
  private long flushed;
  private boolean finished;
  private boolean closed;

  PageWriter(Disk disk, Path path, Footer.Kind kind, Sealed sealed) throws IOException {
    this.disk = disk;
    this.path = path;
    this.file = disk.create(path);
    byte[] header = Footer.header(kind, sealed);
    buffer.bytes(header, 0, header.length);
  }

  Path path() {
    return path;
  }

  /// Where the next byte goes.
  long position() {
    return flushed + buffer.length();
  }

  /// To write with; then call [#written].
  ByteWriter buffer() {
    return buffer;
  }

  /// Says that something was added to [#buffer].
  void written() throws IOException {
    if (buffer.length() >= BUFFER_BYTES) {
      flush();
    }
  }

  /// Writes all of `section` and says where it is.
  Footer.Section write(ByteWriter section) throws IOException {
    flush();
    long offset = position();
    write(section.toBuffer());
    return new Footer.Section(offset, section.length());
  }

  private void flush() throws IOException {
    if (buffer.length() > 0) {
      write(buffer.toBuffer());
      buffer.clear();
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    for (int at = 0; at < length; ) {
      int step = Math.min(length - at, PAGE_BYTES - inPage);
      crc.update(bytes.slice(at, step));
      at += step;
      inPage += step;
      if (inPage == PAGE_BYTES) {
        endPage();
      }
    }
    file.write(bytes);
    flushed += length;
  }

  private void endPage() {
    pageCrcs.u32((int) crc.getValue());
    crc.reset();
    inPage = 0;
  }

  /// Ends a page here, however short: what follows does not share a checksum with what was before.
  long endRegion() throws IOException {
    flush();
    if (inPage > 0) {
      endPage();
    }
    return flushed;
  }

  int pages() {
    return pageCrcs.length() / 4;
  }

  int pageTableCrc() {
    return Crc.of(pageCrcs.toByteArray());
  }

  /// Writes the table of checksums and the footer, and makes the file and its name durable.
  void finish(byte[] footer) throws IOException {
    file.write(pageCrcs.toBuffer());
    file.write(ByteBuffer.wrap(footer));
    flushed += pageCrcs.length() + footer.length;
    file.sync();
    closed = true;
    file.close();
    @Nullable Path parent = path.getParent();
    if (parent != null) {
      disk.syncDirectory(parent);
    }
    finished = true;
  }

  /// Closes the file, and removes it if it was not finished.
  @Override
  public void close() throws IOException {
    try {
      if (!closed) {
        closed = true;
        file.close();
      }
    } finally {
      if (!finished) {
        finished = true;
        disk.delete(path);
      }
    }
  }
}
