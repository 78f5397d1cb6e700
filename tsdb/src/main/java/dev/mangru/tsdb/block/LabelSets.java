package dev.mangru.tsdb.block;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.block.Footer.Section;
import dev.mangru.tsdb.codec.SegmentReader;
import java.io.IOException;
import java.util.Arrays;

/// The label sets of a block: what a series has beside its metric name and `le`. Sets of one shape
/// have the same label names and follow one another. Thread-safe.
final class LabelSets {

  private static final int SHAPE_BYTES = 12;
  private static final int COLUMN_BYTES = 16;

  private final SealedFile file;
  private final int[] firstSet;
  private final int[][] names;
  private final int[][] widths;

  /// Where a column is in the file, or its only value if its width is 0.
  private final long[][] places;

  private final int count;

  LabelSets(SealedFile file, LabelNames labelNames) throws IOException {
    this.file = file;
    Section section = file.section(BlockSections.SHAPES);
    Section columns = file.section(BlockSections.SETS);
    file.verify(section);
    SegmentReader reader = new SegmentReader(file.segment(), section.offset(), section.length());
    int shapes = reader.u32();
    if (shapes < 1 || shapes > reader.remaining() / SHAPE_BYTES) {
      throw file.corrupt(section.offset(), "shapes of label sets", shapes + " of them");
    }
    this.firstSet = new int[shapes];
    this.names = new int[shapes][];
    this.widths = new int[shapes][];
    this.places = new long[shapes][];
    int sets = 0;
    for (int s = 0; s < shapes; s++) {
      long at = reader.position();
      firstSet[s] = reader.u32();
      int rows = reader.u32();
      int labels = reader.u32();
      if (firstSet[s] != sets
          || rows < 1
          || rows > file.footer().series() - sets // each set is that of a series
          || labels < 0
          || labels > reader.remaining() / COLUMN_BYTES) {
        throw file.corrupt(at, "a shape from set " + sets + " on", rows + " from " + firstSet[s]);
      }
      sets += rows;
      names[s] = new int[labels];
      widths[s] = new int[labels];
      places[s] = new long[labels];
      for (int c = 0; c < labels; c++) {
        long record = reader.position();
        int name = reader.u32();
        int width = reader.u32();
        long place = reader.u64();
        boolean right =
            name >= 0 && name < labelNames.count() && (c == 0 || name > names[s][c - 1]);
        if (width == 0) {
          right &= place > 0 && right && place <= labelNames.values(name);
        } else {
          right &= width > 0 && width <= 4 && place >= 0;
          right &= place <= columns.length() - (long) rows * width;
          place += columns.offset();
        }
        if (!right) {
          throw file.corrupt(record, "a column of labels", name + ", " + width + ", " + place);
        }
        names[s][c] = name;
        widths[s][c] = width;
        places[s][c] = place;
      }
    }
    this.count = sets;
  }

  /// How many sets there are.
  int count() {
    return count;
  }

  /// Says that this is no set, if it is none.
  void check(int set) throws CorruptDataException {
    if (set < 0 || set >= count) {
      throw file.corrupt(
          file.section(BlockSections.SERIES).offset(), "a set below " + count, "" + set);
    }
  }

  int shapes() {
    return firstSet.length;
  }

  int shapeOf(int set) {
    int at = Arrays.binarySearch(firstSet, set);
    return at >= 0 ? at : -at - 2;
  }

  int firstSet(int shape) {
    return firstSet[shape];
  }

  int endSet(int shape) {
    return shape + 1 < firstSet.length ? firstSet[shape + 1] : count;
  }

  /// Places of a shape's label names, ascending.
  int[] names(int shape) {
    return names[shape];
  }

  /// Whether all sets of a shape have the same value in a column.
  boolean constant(int shape, int column) {
    return widths[shape][column] == 0;
  }

  /// The value of a set in a column of its shape.
  int value(int set, int shape, int column) throws IOException {
    int width = widths[shape][column];
    long place = places[shape][column];
    return width == 0
        ? (int) place
        : file.number(place + (long) (set - firstSet[shape]) * width, width);
  }

  /// Bytes of heap, about.
  long bytes() {
    long bytes = 64;
    for (int[] shape : names) {
      bytes += 4 + 3 * 24 + 16L * shape.length;
    }
    return bytes;
  }
}
