package dev.mangru.tsdb.block;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.block.Footer.Section;
import dev.mangru.tsdb.codec.SegmentReader;
import java.io.IOException;
import java.util.Arrays;

/// The label names of a block and their values, both sorted. A name is called by its place; a value
/// by its place among those of its name, from 1: 0 is the empty value of a series without the
/// label. Thread-safe.
final class LabelNames {

  private static final int RECORD_BYTES = 16;

  private final SealedFile file;
  private final Symbols symbols;
  private final Section section;
  private final int[] nameSymbols;
  private final int[] counts;
  private final long[] offsets;
  private final int width;

  LabelNames(SealedFile file, Symbols symbols) throws IOException {
    this.file = file;
    this.symbols = symbols;
    this.section = file.section(BlockSections.NAMES);
    if (section.length() < 4) {
      throw file.corrupt(section.offset(), "label names", section.length() + " bytes");
    }
    file.verify(section.offset(), 4);
    int names = file.segment().get(SegmentReader.INT, section.offset());
    long values = 4 + (long) names * RECORD_BYTES;
    if (names < 0 || values > section.length()) {
      throw file.corrupt(section.offset(), "label names", names + " of them");
    }
    file.verify(section.offset(), values);
    this.width = Math.max(1, BlockSections.width(symbols.count() - 1L));
    this.nameSymbols = new int[names];
    this.counts = new int[names];
    this.offsets = new long[names];
    for (int i = 0; i < names; i++) {
      long record = section.offset() + 4 + (long) i * RECORD_BYTES;
      nameSymbols[i] = file.segment().get(SegmentReader.INT, record);
      counts[i] = file.segment().get(SegmentReader.INT, record + 4);
      long at = file.segment().get(SegmentReader.LONG, record + 8);
      if (nameSymbols[i] < 0
          || nameSymbols[i] >= symbols.count()
          || (i > 0 && nameSymbols[i] <= nameSymbols[i - 1])
          || counts[i] < 1
          || at < 0
          || at > section.length() - values - (long) counts[i] * width) {
        throw file.corrupt(
            record,
            "a label name",
            "symbol %d with %d values at %d".formatted(nameSymbols[i], counts[i], at));
      }
      offsets[i] = section.offset() + values + at;
    }
  }

  /// How many names there are.
  int count() {
    return nameSymbols.length;
  }

  /// How many values a name has, the empty one not counted.
  int values(int name) {
    return counts[name];
  }

  String name(int name) throws IOException {
    return symbols.text(nameSymbols[name]);
  }

  /// The place of a name, or -1.
  int find(String name) throws IOException {
    int symbol = symbols.find(name);
    if (symbol < 0) {
      return -1;
    }
    int at = Arrays.binarySearch(nameSymbols, symbol);
    return at < 0 ? -1 : at;
  }

  /// The symbol of value 1 to [#values].
  int symbol(int name, int value) throws IOException {
    if (value < 1 || value > counts[name]) {
      throw noSuchValue(name, value);
    }
    return file.number(offsets[name] + (long) (value - 1) * width, width);
  }

  /// The exception for a value that is not among those of its name.
  CorruptDataException noSuchValue(int name, int value) throws IOException {
    return name < 0
        ? file.corrupt(section.offset(), "no such label", "value " + value)
        : file.corrupt(
            offsets[name],
            "a value from 1 to " + counts[name] + " of label " + name(name),
            String.valueOf(value));
  }

  /// The text of a value; empty for 0.
  String value(int name, int value) throws IOException {
    return value == 0 ? "" : symbols.text(symbol(name, value));
  }

  /// The value with this text: 0 for the empty one, -1 if there is none.
  int find(int name, String text) throws IOException {
    if (text.isEmpty()) {
      return 0;
    }
    int symbol = symbols.find(text);
    if (symbol < 0) {
      return -1;
    }
    int at = firstAtOrAfter(name, symbol);
    return at <= counts[name] && symbol(name, at) == symbol ? at : -1;
  }

  /// The first value whose text is not before `text`; one more than there are if there is none.
  int firstAtOrAfter(int name, String text) throws IOException {
    int symbol = symbols.find(text);
    return firstAtOrAfter(name, symbol >= 0 ? symbol : -symbol - 1);
  }

  private int firstAtOrAfter(int name, int symbol) throws IOException {
    int low = 1;
    int high = counts[name] + 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (symbol(name, middle) < symbol) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// Bytes of heap, about.
  long bytes() {
    return 64 + 16L * nameSymbols.length;
  }
}
