package dev.mangru.tsdb.v1.block;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.v1.index.Postings;
import dev.mangru.tsdb.v1.index.SeriesIndex;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A block's index, in memory: the file's bytes, and where in them each series and list begins.
/// Immutable.
///
/// [#parse] walks over every byte, so what is read again later is known to be well-formed.
final class BlockIndex implements SeriesIndex {

  private final byte[] bytes;
  private final Path path;
  private final long fileOffset;
  private final String[] symbols;
  private final int[] seriesAt;

  /// Name to value to position of the list.
  private final Map<String, Map<String, Integer>> listAt;

  /// Where one series' chunks are.
  ///
  /// @param offset of the first chunk in the file; each is followed by its checksum and the next
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record ChunkTable(long offset, long[] minMs, long[] maxMs, int[] counts, int[] lengths) {}

  private BlockIndex(
      byte[] bytes,
      Path path,
      long fileOffset,
      String[] symbols,
      int[] seriesAt,
      Map<String, Map<String, Integer>> listAt) {
    this.bytes = bytes;
    this.path = path;
    this.fileOffset = fileOffset;
    this.symbols = symbols;
    this.seriesAt = seriesAt;
    this.listAt = listAt;
  }

  /// Reads an index whose checksum was found right.
  static BlockIndex parse(byte[] bytes, Path path, long fileOffset) throws CorruptDataException {
    ByteReader reader = new ByteReader(bytes, path, fileOffset);
    String[] symbols = new String[reader.count(1)];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = reader.text();
    }
    int[] seriesAt = new int[reader.count(7)];
    for (int i = 0; i < seriesAt.length; i++) {
      seriesAt[i] = reader.position();
      readLabels(reader, symbols);
      readChunks(reader);
    }
    Map<String, Map<String, Integer>> listAt = new LinkedHashMap<>();
    int names = reader.count(3);
    for (int n = 0; n < names; n++) {
      String name = symbol(reader, symbols);
      int values = reader.count(3);
      Map<String, Integer> ofName = HashMap.newHashMap(values);
      for (int v = 0; v < values; v++) {
        String value = symbol(reader, symbols);
        ofName.put(value, reader.position());
        readList(reader, seriesAt.length);
      }
      listAt.put(name, ofName);
    }
    if (reader.remaining() != 0) {
      throw reader.corrupt("the end of the index", reader.remaining() + " more bytes");
    }
    return new BlockIndex(bytes, path, fileOffset, symbols, seriesAt, listAt);
  }

  private static String symbol(ByteReader reader, String[] symbols) throws CorruptDataException {
    long number = reader.varint();
    if (number < 0 || number >= symbols.length) {
      throw reader.corrupt("a symbol below " + symbols.length, String.valueOf(number));
    }
    return symbols[(int) number];
  }

  private static Labels readLabels(ByteReader reader, String[] symbols)
      throws CorruptDataException {
    String[] pairs = new String[reader.count(2) * 2];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = symbol(reader, symbols);
      if (i >= 2 && i % 2 == 0 && Labels.compareUtf8(pairs[i - 2], pairs[i]) >= 0) {
        throw reader.corrupt("labels sorted by name", pairs[i - 2] + " before " + pairs[i]);
      }
    }
    return Labels.ofSortedPairs(pairs);
  }

  private static ChunkTable readChunks(ByteReader reader) throws CorruptDataException {
    int count = reader.count(4);
    if (count == 0) {
      throw reader.corrupt("at least one chunk", "none");
    }
    long offset = reader.varint();
    long[] minMs = new long[count];
    long[] maxMs = new long[count];
    int[] counts = new int[count];
    int[] lengths = new int[count];
    long previousMax = 0;
    for (int i = 0; i < count; i++) {
      minMs[i] = previousMax + reader.zigZag();
      maxMs[i] = minMs[i] + reader.varint();
      counts[i] = positive(reader);
      lengths[i] = positive(reader);
      if (maxMs[i] < minMs[i] || (i > 0 && minMs[i] <= previousMax)) {
        throw reader.corrupt(
            "a chunk after " + previousMax, "one from " + minMs[i] + " to " + maxMs[i]);
      }
      previousMax = maxMs[i];
    }
    return new ChunkTable(offset, minMs, maxMs, counts, lengths);
  }

  private static int positive(ByteReader reader) throws CorruptDataException {
    long value = reader.varint();
    if (value <= 0 || value > 1 << 24) {
      throw reader.corrupt("a number from 1 to " + (1 << 24), String.valueOf(value));
    }
    return (int) value;
  }

  private static Postings readList(ByteReader reader, int series) throws CorruptDataException {
    int count = reader.count(1);
    int length = reader.count(1);
    int end = reader.position() + length;
    int[] numbers = new int[count];
    long number = 0;
    for (int i = 0; i < count; i++) {
      long delta = reader.varint();
      number += delta;
      if (delta < 0 || number < 0 || number >= series || (i > 0 && delta == 0)) {
        throw reader.corrupt("an ascending series number below " + series, "" + number);
      }
      numbers[i] = (int) number;
    }
    if (reader.position() != end) {
      throw reader.corrupt("a list of " + length + " bytes", "another length");
    }
    return Postings.of(numbers);
  }

  @Override
  public int seriesCount() {
    return seriesAt.length;
  }

  @Override
  public Labels labels(int number) {
    try {
      return readLabels(at(seriesAt[number]), symbols);
    } catch (CorruptDataException e) {
      throw new UncheckedIOException("checked by parse", e);
    }
  }

  @Override
  public String value(int number, String name) {
    try {
      ByteReader reader = at(seriesAt[number]);
      int labels = reader.count(2);
      for (int i = 0; i < labels; i++) {
        String label = symbols[(int) reader.varint()];
        long value = reader.varint();
        if (label.equals(name)) {
          return symbols[(int) value];
        }
      }
      return "";
    } catch (CorruptDataException e) {
      throw new UncheckedIOException("checked by parse", e);
    }
  }

  ChunkTable chunks(int number) {
    try {
      ByteReader reader = at(seriesAt[number]);
      readLabels(reader, symbols);
      return readChunks(reader);
    } catch (CorruptDataException e) {
      throw new UncheckedIOException("checked by parse", e);
    }
  }

  /// The number of the series with exactly these labels, or -1.
  int find(Labels labels) {
    int low = 0;
    int high = seriesAt.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = labels(middle).compareTo(labels);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  @Override
  public Postings postings(String name, String value) {
    Integer position = listAt.getOrDefault(name, Map.of()).get(value);
    if (position == null) {
      return Postings.EMPTY;
    }
    try {
      return readList(at(position), seriesAt.length);
    } catch (CorruptDataException e) {
      throw new UncheckedIOException("checked by parse", e);
    }
  }

  @Override
  public List<String> names() {
    return List.copyOf(listAt.keySet());
  }

  @Override
  public List<String> values(String name) {
    return List.copyOf(listAt.getOrDefault(name, Map.of()).keySet());
  }

  private ByteReader at(int position) {
    return new ByteReader(bytes, position, bytes.length, path, fileOffset);
  }
}
