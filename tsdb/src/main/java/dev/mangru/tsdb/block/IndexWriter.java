package dev.mangru.tsdb.block;

import com.github.luben.zstd.Zstd;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.codec.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Turns the labels of all series into the sections of a block's index. Confined to one thread.
final class IndexWriter {

  /// Strings in a page of symbols. Chosen: enough for zstd to find repetitions, few enough to
  /// unpack for a single one.
  static final int SYMBOLS_PER_PAGE = 256;

  /// Chosen: symbols are a tenth of the index, and written once.
  private static final int ZSTD_LEVEL = 6;

  private static final int[] NONE = {};

  private final LabelColumns columns;

  /// Texts in order, and the place of each symbol in that order.
  private final String[] sorted;

  private final int[] rank;

  /// By place of a label name: the places of its values.
  private final Map<Integer, BitSet> valuesOf = new TreeMap<>();

  private final ByteWriter symbols = new ByteWriter(4_096);
  private final ByteWriter symbolPages = new ByteWriter(65_536);
  private final ByteWriter names = new ByteWriter(65_536);
  private final ByteWriter shapes = new ByteWriter(4_096);
  private final ByteWriter sets = new ByteWriter(65_536);
  private final ByteWriter series = new ByteWriter(65_536);

  private IndexWriter(LabelColumns columns) {
    this.columns = columns;
    this.sorted = columns.strings().toArray(String[]::new);
    Arrays.sort(sorted, Labels::compareUtf8);
    this.rank = new int[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      rank[columns.known(sorted[i])] = i;
    }
  }

  /// Sections from [BlockSections#SYMBOLS] to [BlockSections#SERIES].
  static List<ByteWriter> sections(LabelColumns columns) {
    IndexWriter writer = new IndexWriter(columns);
    writer.writeSymbols();
    writer.gatherValues();
    writer.writeNames();
    writer.writeSets();
    writer.writeSeries();
    return List.of(
        writer.symbols,
        writer.symbolPages,
        writer.names,
        writer.shapes,
        writer.sets,
        writer.series);
  }

  /// Header: how many; for each page its offset, plain length, place of its first text; the first
  /// texts themselves.
  private void writeSymbols() {
    int pages = (sorted.length + SYMBOLS_PER_PAGE - 1) / SYMBOLS_PER_PAGE;
    symbols.u32(sorted.length).u32(pages);
    ByteWriter firsts = new ByteWriter(1_024);
    ByteWriter page = new ByteWriter(16_384);
    for (int p = 0; p < pages; p++) {
      int from = p * SYMBOLS_PER_PAGE;
      int to = Math.min(sorted.length, from + SYMBOLS_PER_PAGE);
      byte[] first = sorted[from].getBytes(StandardCharsets.UTF_8);
      frontCode(from, to, page.clear());
      byte[] plain = page.toByteArray();
      byte[] packed = Zstd.compress(plain, ZSTD_LEVEL);
      byte[] stored = packed.length < plain.length ? packed : plain;
      symbols.u64(symbolPages.length()).u32(plain.length).u32(firsts.length());
      symbolPages.bytes(stored, 0, stored.length);
      firsts.bytes(first, 0, first.length);
    }
    symbols.u64(symbolPages.length()).u32(0).u32(firsts.length());
    symbols.append(firsts);
  }

  /// For each text: bytes shared with the one before, bytes that follow, these bytes.
  private void frontCode(int from, int to, ByteWriter page) {
    byte[] previous = {};
    for (int i = from; i < to; i++) {
      byte[] text = sorted[i].getBytes(StandardCharsets.UTF_8);
      int differs = Arrays.mismatch(previous, text);
      int shared = differs < 0 ? text.length : differs;
      page.varint(shared).varint(text.length - shared);
      page.bytes(text, shared, text.length - shared);
      previous = text;
    }
  }

  private void gatherValues() {
    for (LabelColumns.Shape shape : columns.shapes()) {
      for (int c = 0; c < shape.names.length; c++) {
        BitSet values = values(shape.names[c]);
        for (int row = 0; row < shape.count(); row++) {
          values.set(rank[shape.get(row, c)]);
        }
      }
    }
    for (int i = 0; i < columns.series(); i++) {
      if (columns.nameOf(i) >= 0) {
        values(Labels.METRIC_NAME).set(rank[columns.nameOf(i)]);
      }
      if (columns.leOf(i) >= 0) {
        values(LabelColumns.LE).set(rank[columns.leOf(i)]);
      }
    }
  }

  private BitSet values(String name) {
    return valuesOf.computeIfAbsent(rank[columns.known(name)], _ -> new BitSet());
  }

  /// How many names; for each its symbol, how many values, where they are; the values' symbols.
  private void writeNames() {
    names.u32(valuesOf.size());
    int at = 0;
    int width = symbolWidth();
    for (Map.Entry<Integer, BitSet> entry : valuesOf.entrySet()) {
      int count = entry.getValue().cardinality();
      names.u32(entry.getKey()).u32(count).u64(at);
      at += count * width;
    }
    for (BitSet values : valuesOf.values()) {
      values.stream().forEach(symbol -> put(names, symbol, width));
    }
  }

  private int symbolWidth() {
    return Math.max(1, BlockSections.width(sorted.length - 1L));
  }

  /// Little-endian, `width` bytes.
  static void put(ByteWriter out, int value, int width) {
    for (int i = 0; i < width; i++) {
      out.u8(value >>> (8 * i));
    }
  }

  /// By symbol of this name's values: 1 and up in order.
  private Map<Integer, int[]> valueIds() {
    Map<Integer, int[]> ids = new HashMap<>();
    valuesOf.forEach((name, values) -> ids.put(name, values.stream().toArray()));
    return ids;
  }

  /// For each shape: first set, how many, label names; for each of these its place among the names,
  /// bytes for a value, and the only value or where the column is.
  private void writeSets() {
    Map<Integer, int[]> ids = valueIds();
    Map<String, Integer> places = new HashMap<>();
    for (int name : valuesOf.keySet()) {
      places.put(sorted[name], places.size());
    }
    shapes.u32(columns.shapes().size());
    int firstSet = 0;
    for (LabelColumns.Shape shape : columns.shapes()) {
      shapes.u32(firstSet).u32(shape.count()).u32(shape.names.length);
      firstSet += shape.count();
      for (int c = 0; c < shape.names.length; c++) {
        String name = shape.names[c];
        int[] column = column(shape, c, ids.getOrDefault(rankOr(name), NONE));
        int min = Arrays.stream(column).min().orElse(0);
        int max = Arrays.stream(column).max().orElse(0);
        int width = min == max ? 0 : BlockSections.width(max);
        shapes.u32(places.getOrDefault(name, 0)).u32(width).u64(width == 0 ? max : sets.length());
        for (int row = 0; width > 0 && row < column.length; row++) {
          put(sets, column[row], width);
        }
      }
    }
  }

  private int[] column(LabelColumns.Shape shape, int c, int[] values) {
    int[] column = new int[shape.count()];
    for (int row = 0; row < column.length; row++) {
      int symbol = shape.get(row, c);
      column[row] =
          row > 0 && symbol == shape.get(row - 1, c) ? column[row - 1] : id(values, symbol);
    }
    return column;
  }

  /// Widths, how many runs of metric names, the set of each series, its `le`, the runs.
  private void writeSeries() {
    Map<Integer, int[]> ids = valueIds();
    int[] firstSet = new int[columns.shapes().size() + 1];
    for (int s = 0; s < columns.shapes().size(); s++) {
      firstSet[s + 1] = firstSet[s] + columns.shapes().get(s).count();
    }
    int setWidth = BlockSections.width(firstSet[firstSet.length - 1] - 1L);
    BitSet noValues = new BitSet();
    int leWidth =
        BlockSections.width(valuesOf.getOrDefault(rankOr(LabelColumns.LE), noValues).cardinality());
    int runs = 0;
    for (int i = 0; i < columns.series(); i++) {
      runs += i == 0 || columns.nameOf(i) != columns.nameOf(i - 1) ? 1 : 0;
    }
    series.u32(columns.series()).u32(setWidth).u32(leWidth).u32(runs);
    for (int i = 0; i < columns.series(); i++) {
      put(series, firstSet[columns.shapeOf(i)] + columns.rowOf(i), setWidth);
    }
    int[] les = ids.getOrDefault(rankOr(LabelColumns.LE), NONE);
    for (int i = 0; leWidth > 0 && i < columns.series(); i++) {
      put(series, id(les, columns.leOf(i)), leWidth);
    }
    int[] metrics = ids.getOrDefault(rankOr(Labels.METRIC_NAME), NONE);
    for (int i = 0; i < columns.series(); i++) {
      if (i == 0 || columns.nameOf(i) != columns.nameOf(i - 1)) {
        series.u32(i).u32(id(metrics, columns.nameOf(i)));
      }
    }
  }

  private int rankOr(String text) {
    int at = Arrays.binarySearch(sorted, text, Labels::compareUtf8);
    return at < 0 ? -1 : at;
  }

  private int id(int[] values, int symbol) {
    return symbol < 0 ? 0 : Arrays.binarySearch(values, rank[symbol]) + 1;
  }
}
