package dev.mangru.tsdb.block;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The last bytes of a sealed file: what it holds in all, and where.
///
/// @param range times of the first and last sample
/// @param columns shared columns of times
/// @param pageTable offset of the table of page checksums; everything before it is in pages
/// @param pageTableCrc CRC32C of that table
record Footer(
    Sealed sealed,
    TimeRange range,
    long samples,
    int series,
    int columns,
    long chunks,
    long pageTable,
    int pages,
    int pageTableCrc,
    List<Section> sections) {

  /// A run of bytes in the file.
  record Section(long offset, long length) {}

  /// The only version there is.
  static final int VERSION = 1;

  /// Bytes of the header: magic, version, level, window, sequence numbers, checksum, zeros.
  static final int HEADER_BYTES = 64;

  /// Length of the footer, its checksum and the magic.
  static final int TAIL_BYTES = 16;

  static final int MAX_BYTES = 4_096;

  /// The two kinds of file.
  enum Kind {
    PART("MGRUPRT2", 3),
    BLOCK("MGRUBLK2", 9);

    private final String magic;
    private final int sections;

    Kind(String magic, int sections) {
      this.magic = magic;
      this.sections = sections;
    }

    byte[] magic() {
      return magic.getBytes(StandardCharsets.US_ASCII);
    }

    int sections() {
      return sections;
    }
  }

  static byte[] header(Kind kind, Sealed sealed) {
    ByteWriter writer = new ByteWriter(HEADER_BYTES);
    writer.bytes(kind.magic(), 0, 8).u32(VERSION).u32(sealed.level());
    writer.u64(sealed.window().startMs()).u64(sealed.window().endMs());
    writer.u64(sealed.firstSeq()).u64(sealed.lastSeq());
    writer.u32(Crc.of(writer.toByteArray()));
    while (writer.length() < HEADER_BYTES) {
      writer.u8(0);
    }
    return writer.toByteArray();
  }

  byte[] encode(Kind kind) {
    ByteWriter writer = new ByteWriter(256);
    writer.u32(VERSION).u32(sealed.level());
    writer.u64(sealed.window().startMs()).u64(sealed.window().endMs());
    writer.u64(sealed.firstSeq()).u64(sealed.lastSeq());
    writer.u64(range.startMs()).u64(range.endMs());
    writer.u64(samples).u32(series).u32(columns).u64(chunks);
    writer.u64(pageTable).u32(pages).u32(pageTableCrc);
    writer.u32(sections.size());
    for (Section section : sections) {
      writer.u64(section.offset).u64(section.length);
    }
    writer.u32(writer.length());
    writer.u32(Crc.of(writer.toByteArray()));
    writer.bytes(kind.magic(), 0, 8);
    return writer.toByteArray();
  }

  /// Pages of so many bytes.
  static long pages(long bytes) {
    return (bytes + PageWriter.PAGE_BYTES - 1) / PageWriter.PAGE_BYTES;
  }

  /// Where chunks and times end and the first section begins; pages begin anew there.
  long index() {
    return sections.getFirst().offset;
  }

  /// Reads a footer whose checksum was found right.
  ///
  /// @param offset where `bytes` stand in the file
  static Footer decode(Kind kind, byte[] bytes, Path path, long offset)
      throws CorruptDataException {
    ByteReader reader = new ByteReader(bytes, path, offset);
    int version = reader.u32();
    if (version != VERSION) {
      throw reader.corrupt("format version " + VERSION, "version " + version);
    }
    try {
      int level = reader.u32();
      TimeRange window = new TimeRange(reader.u64(), reader.u64());
      Sealed sealed = new Sealed(level, window, reader.u64(), reader.u64());
      TimeRange range = new TimeRange(reader.u64(), reader.u64());
      long samples = reader.u64();
      int series = reader.u32();
      int columns = reader.u32();
      long chunks = reader.u64();
      long pageTable = reader.u64();
      int pages = reader.u32();
      int pageTableCrc = reader.u32();
      if (series < 1 || columns < 1 || chunks < series || samples < chunks) {
        throw reader.corrupt(
            "at least one sample in a chunk, a chunk in a series, a column of times",
            samples + ", " + chunks + ", " + series + " and " + columns + " of them");
      }
      if (pageTable < HEADER_BYTES || pageTable > offset || pageTable + 4L * pages != offset) {
        throw reader.corrupt(
            "a table of page checksums that ends at " + offset,
            pages + " checksums at " + pageTable);
      }
      int count = reader.u32();
      if (count != kind.sections()) {
        throw reader.corrupt(kind.sections() + " sections", count + " sections");
      }
      List<Section> sections = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        Section section = new Section(reader.u64(), reader.u64());
        if (section.offset < HEADER_BYTES
            || section.length < 0
            || section.offset > pageTable
            || section.length > pageTable - section.offset) {
          throw reader.corrupt("a section before " + pageTable, section.toString());
        }
        sections.add(section);
      }
      // A chunk has an entry of a byte or more in the directory, and a series has a chunk.
      if (chunks > sections.get(1).length()) {
        throw reader.corrupt(
            "at most " + sections.get(1).length() + " chunks", String.valueOf(chunks));
      }
      if (reader.remaining() != 0) {
        throw reader.corrupt("the end of the footer", reader.remaining() + " more bytes");
      }
      long index = sections.getFirst().offset();
      if (pages != pages(index) + pages(pageTable - index)) {
        throw reader.corrupt(
            pages(index) + " and " + pages(pageTable - index) + " pages", pages + " pages");
      }
      return new Footer(
          sealed,
          range,
          samples,
          series,
          columns,
          chunks,
          pageTable,
          pages,
          pageTableCrc,
          List.copyOf(sections));
    } catch (IllegalArgumentException e) {
      throw reader.corrupt("times, level and sequence numbers in order", "" + e.getMessage());
    }
  }
}
