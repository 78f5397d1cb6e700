package dev.mangru.tsdb.block;

import dev.mangru.model.testkit.BytesDisk;
import dev.mangru.tsdb.block.Footer.Kind;
import dev.mangru.tsdb.block.Footer.Section;
import dev.mangru.tsdb.block.RandomSeries.Sample;
import dev.mangru.tsdb.codec.ByteWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What a fuzzer changes of a part or block, and the file that is made of it.
///
/// ```
/// input = mode u8, length of the chunks and times u16,
///         length of each section u16, totals (32 bytes: range, samples, series, columns), bytes
/// ```
///
/// Header, page checksums and footer are made from that, so that every input gets behind them; with
/// mode 0 the rest of the input is the file as it is. Offsets inside the sections are the file's.
final class FuzzFile {

  private static final int TOTALS = 40;

  private FuzzFile() {}

  /// The input that becomes `file` again.
  static byte[] input(Kind kind, byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int tail = file.length - Footer.TAIL_BYTES;
    int footer = tail - bytes.getInt(tail);
    ByteWriter out = new ByteWriter(file.length);
    int first = (int) bytes.getLong(footer + 100);
    out.u8(1);
    u16(out, first - Footer.HEADER_BYTES);
    for (int i = 0; i < kind.sections(); i++) {
      u16(out, (int) bytes.getLong(footer + 108 + 16 * i));
    }
    out.bytes(file, footer + 40, TOTALS);
    int pageTable = (int) bytes.getLong(footer + 80);
    return out.bytes(file, Footer.HEADER_BYTES, pageTable - Footer.HEADER_BYTES).toByteArray();
  }

  private static void u16(ByteWriter out, int value) {
    out.u8(value).u8(value >>> 8);
  }

  /// The file that `input` means.
  static byte[] file(Kind kind, byte[] input) {
    int fixed = 3 + 2 * kind.sections() + TOTALS;
    if (input.length < fixed || input[0] == 0) {
      return Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    }
    ByteBuffer in = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    int length = input.length - fixed;
    int at = Math.min(in.getShort(1) & 0xffff, length);
    int index = Footer.HEADER_BYTES + at;
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < kind.sections(); i++) {
      int size = Math.min(in.getShort(3 + 2 * i) & 0xffff, length - at);
      sections.add(new Section((long) Footer.HEADER_BYTES + at, size));
      at += size;
    }
    int pageTable = Footer.HEADER_BYTES + at;
    ByteWriter out = new ByteWriter(pageTable + 512);
    out.bytes(Footer.header(kind, RandomSeries.SEALED), 0, Footer.HEADER_BYTES);
    out.bytes(input, fixed, at);
    byte[] body = out.toByteArray();
    ByteWriter table = new ByteWriter(16);
    for (int from = 0; from < pageTable; ) {
      int end = Math.min(from + PageWriter.PAGE_BYTES, from < index ? index : pageTable);
      table.u32(Crc.of(body, from, end - from));
      from = end;
    }
    out.append(table);
    ByteWriter footer = new ByteWriter(300);
    footer.bytes(Footer.header(kind, RandomSeries.SEALED), 8, 40);
    footer.bytes(input, fixed - TOTALS, TOTALS);
    footer.u64(pageTable).u32(table.length() / 4).u32(Crc.of(table.toByteArray()));
    footer.u32(sections.size());
    for (Section section : sections) {
      footer.u64(section.offset()).u64(section.length());
    }
    footer.u32(footer.length());
    footer.u32(Crc.of(footer.toByteArray())).bytes(kind.magic(), 0, 8);
    return out.append(footer).toByteArray();
  }

  /// The same series with a few samples each, so that inputs are small.
  static <K> NavigableMap<K, List<Sample>> shortened(
      NavigableMap<K, List<Sample>> series, int most) {
    NavigableMap<K, List<Sample>> few = new TreeMap<>(series);
    few.replaceAll((_, samples) -> samples.subList(0, Math.min(samples.size(), 1 + most % 9)));
    return few;
  }

  static BytesDisk disk(Path path, Kind kind, byte[] input) {
    return new BytesDisk().put(path, file(kind, input));
  }
}
