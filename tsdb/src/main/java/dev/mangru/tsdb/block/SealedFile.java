package dev.mangru.tsdb.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.block.Footer.Kind;
import dev.mangru.tsdb.block.Footer.Section;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.SegmentReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/// The mapping of a sealed file: counted, checked page by page, unmapped when the last holder lets
/// go. Thread-safe.
final class SealedFile {

  private static final int PAGE_BITS = 12;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static {
    if (1 << PAGE_BITS != PageWriter.PAGE_BYTES) {
      throw new AssertionError(PAGE_BITS + " bits are not " + PageWriter.PAGE_BYTES + " bytes");
    }
  }

  private final Path path;
  private final Arena arena;
  private final MemorySegment segment;
  private final Footer footer;
  private final long index;
  private final int dataPages;
  private final long pageTable;
  private final AtomicInteger holders = new AtomicInteger(1);

  /// 1 for each page that was found right. Races only repeat a check: the bytes never change.
  private final byte[] verified;

  private SealedFile(Path path, Arena arena, MemorySegment segment, Footer footer) {
    this.path = path;
    this.arena = arena;
    this.segment = segment;
    this.footer = footer;
    this.index = footer.index();
    this.dataPages = (int) Footer.pages(index);
    this.pageTable = footer.pageTable();
    this.verified = new byte[footer.pages()];
  }

  /// Maps a file; checks its footer, its table of page checksums and its header.
  ///
  /// @throws CorruptDataException if they do not check
  static SealedFile open(Disk disk, Path path, Kind kind) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment segment;
      try (ReadableFile file = disk.open(path)) {
        segment = file.map(arena);
      }
      Footer footer = footer(kind, path, segment);
      SealedFile opened = new SealedFile(path, arena, segment, footer);
      opened.checkPageTable();
      opened.checkHeader(kind);
      return opened;
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static Footer footer(Kind kind, Path path, MemorySegment segment) throws IOException {
    long length = segment.byteSize();
    if (length < Footer.HEADER_BYTES + Footer.TAIL_BYTES) {
      throw new CorruptDataException(
          path,
          0,
          "at least " + (Footer.HEADER_BYTES + Footer.TAIL_BYTES) + " bytes",
          length + " bytes");
    }
    long tailAt = length - Footer.TAIL_BYTES;
    byte[] tail = copy(path, segment, tailAt, Footer.TAIL_BYTES);
    ByteReader reader = new ByteReader(tail, path, tailAt);
    int footerLength = reader.u32();
    int wanted = reader.u32();
    expectMagic(kind, Arrays.copyOfRange(tail, 8, 16), path, tailAt + 8);
    if (footerLength < 0 || footerLength > Footer.MAX_BYTES || footerLength > tailAt) {
      throw new CorruptDataException(
          path, tailAt, "a footer of at most " + Footer.MAX_BYTES + " bytes", "" + footerLength);
    }
    long offset = tailAt - footerLength;
    byte[] bytes = copy(path, segment, offset, footerLength + 4);
    int found = Crc.of(bytes);
    if (found != wanted) {
      throw wrongChecksum(path, offset, "a footer", wanted, found);
    }
    return Footer.decode(kind, Arrays.copyOf(bytes, footerLength), path, offset);
  }

  private static void expectMagic(Kind kind, byte[] found, Path path, long offset)
      throws CorruptDataException {
    if (!Arrays.equals(kind.magic(), found)) {
      throw new CorruptDataException(
          path,
          offset,
          '"' + new String(kind.magic(), StandardCharsets.US_ASCII) + '"',
          '"' + new String(found, StandardCharsets.ISO_8859_1) + '"');
    }
  }

  private void checkPageTable() throws IOException {
    int found = crc(footer.pageTable(), 4L * footer.pages());
    if (found != footer.pageTableCrc()) {
      throw wrongChecksum(path, footer.pageTable(), "page checksums", footer.pageTableCrc(), found);
    }
  }

  private void checkHeader(Kind kind) throws IOException {
    byte[] found = copy(path, segment, 0, Footer.HEADER_BYTES); // not its page, which has chunks
    expectMagic(kind, Arrays.copyOf(found, 8), path, 0);
    byte[] wanted = Footer.header(kind, footer.sealed());
    int differs = Arrays.mismatch(wanted, found);
    if (differs >= 0) {
      throw new CorruptDataException(
          path,
          differs,
          "the header that belongs to the footer, byte 0x%02x".formatted(wanted[differs]),
          "0x%02x".formatted(found[differs]));
    }
  }

  Path path() {
    return path;
  }

  Footer footer() {
    return footer;
  }

  Section section(int number) {
    return footer.sections().get(number);
  }

  /// The whole file. Call [#verify] before reading from it.
  MemorySegment segment() {
    return segment;
  }

  long lengthBytes() {
    return segment.byteSize();
  }

  /// Bytes of heap, about.
  long bytes() {
    return 512L + verified.length;
  }

  boolean tryRetain() {
    while (true) {
      int held = holders.get();
      if (held == 0) {
        return false;
      }
      if (holders.compareAndSet(held, held + 1)) {
        return true;
      }
    }
  }

  void release() {
    int left = holders.decrementAndGet();
    if (left == 0) {
      arena.close();
    } else if (left < 0) {
      throw new IllegalStateException(path + " was released more often than retained");
    }
  }

  // ---- checking --------------------------------------------------------------------------------

  /// Checks the pages under these bytes, if that was not done before.
  ///
  /// @throws CorruptDataException if a page does not check, or the bytes are not all in pages
  void verify(long offset, long length) throws IOException {
    if (offset < 0 || length < 0 || offset > pageTable - length) {
      throw new CorruptDataException(
          path, offset, length + " bytes before offset " + pageTable, "a place outside");
    }
    if (length == 0) {
      return;
    }
    int last = pageOf(offset + length - 1);
    for (int page = pageOf(offset); page <= last; page++) {
      if (verified[page] == 0) {
        verifyPage(page);
      }
    }
  }

  void verify(Section section) throws IOException {
    verify(section.offset(), section.length());
  }

  private int pageOf(long offset) {
    return offset < index
        ? (int) (offset >>> PAGE_BITS)
        : dataPages + (int) ((offset - index) >>> PAGE_BITS);
  }

  void verifyPage(int page) throws IOException {
    long start =
        page < dataPages
            ? (long) page << PAGE_BITS
            : index + ((long) (page - dataPages) << PAGE_BITS);
    long end = Math.min(start + PageWriter.PAGE_BYTES, page < dataPages ? index : pageTable);
    try {
      int wanted = int32(pageTable + 4L * page);
      int found = crc(start, end - start);
      if (wanted != found) {
        throw wrongChecksum(path, start, "a page", wanted, found);
      }
    } catch (InternalError e) {
      throw unreadable(path, start, e);
    }
    verified[page] = 1;
  }

  /// Copies first: where the disk cannot give the bytes, a copy ends in an error that can be
  /// caught, and the processor's checksum loop would end the process.
  private int crc(long offset, long length) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] copy = new byte[(int) Math.min(PageWriter.PAGE_BYTES, length)];
    for (long at = 0; at < length; ) {
      int step = (int) Math.min(copy.length, length - at);
      copy(path, segment, offset + at, copy, step);
      crc.update(copy, 0, step);
      at += step;
    }
    return (int) crc.getValue();
  }

  /// Four bytes of a page that was checked.
  int int32(long offset) throws IOException {
    try {
      return segment.get(SegmentReader.INT, offset);
    } catch (InternalError e) {
      throw unreadable(path, offset, e);
    }
  }

  /// Eight bytes of a page that was checked.
  long int64(long offset) throws IOException {
    try {
      return segment.get(SegmentReader.LONG, offset);
    } catch (InternalError e) {
      throw unreadable(path, offset, e);
    }
  }

  /// Fills `target` with `count` little-endian numbers of 1 to 4 bytes, checked.
  ///
  /// @param scratch at least `count * width` bytes
  void numbers(long offset, int width, int count, int[] target, byte[] scratch) throws IOException {
    copy(offset, scratch, count * width);
    for (int i = 0, at = 0; i < count; i++, at += width) {
      int value = scratch[at] & 0xff;
      for (int b = 1; b < width; b++) {
        value |= (scratch[at + b] & 0xff) << (8 * b);
      }
      target[i] = value;
    }
  }

  /// A little-endian number of 1 to 4 bytes, checked.
  int number(long offset, int width) throws IOException {
    verify(offset, width);
    try {
      return checkedNumber(offset, width);
    } catch (InternalError e) {
      throw unreadable(path, offset, e);
    }
  }

  private int checkedNumber(long offset, int width) {
    return switch (width) {
      case 1 -> segment.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
      case 2 -> segment.get(SHORT, offset) & 0xffff;
      case 3 ->
          (segment.get(SHORT, offset) & 0xffff)
              | (segment.get(ValueLayout.JAVA_BYTE, offset + 2) & 0xff) << 16;
      default -> segment.get(SegmentReader.INT, offset);
    };
  }

  /// A copy of checked bytes.
  byte[] copy(long offset, int length) throws IOException {
    verify(offset, length);
    return copy(path, segment, offset, length);
  }

  /// Copies checked bytes to the start of `target`.
  void copy(long offset, byte[] target, int length) throws IOException {
    verify(offset, length);
    copy(path, segment, offset, target, length);
  }

  private static byte[] copy(Path path, MemorySegment segment, long offset, int length)
      throws IOException {
    byte[] bytes = new byte[length];
    copy(path, segment, offset, bytes, length);
    return bytes;
  }

  private static void copy(Path path, MemorySegment segment, long offset, byte[] target, int length)
      throws IOException {
    try {
      MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, target, 0, length);
    } catch (InternalError e) {
      throw unreadable(path, offset, e);
    }
  }

  /// What a mapping's error means: the disk, or a shorter file than was opened. The JVM may throw
  /// it some instructions after the access, so that those who call catch it too.
  static IOException unreadable(Path path, long offset, InternalError cause) {
    return new IOException(
        path + " at offset " + offset + ": the disk does not give the bytes of this page", cause);
  }

  CorruptDataException corrupt(long offset, String expected, String found) {
    return new CorruptDataException(path, offset, expected, found);
  }

  private static CorruptDataException wrongChecksum(
      Path path, long offset, String what, int wanted, int found) {
    return new CorruptDataException(
        path, offset, what + " with checksum 0x%08x".formatted(wanted), "0x%08x".formatted(found));
  }
}
