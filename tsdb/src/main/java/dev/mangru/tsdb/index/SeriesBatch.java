package dev.mangru.tsdb.index;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;
import java.nio.file.Path;
import java.util.Arrays;

/// Some series and all it takes to know them again, as bytes: texts once, pairs once, series as
/// lists of pairs. Numbers are the batch's own, so that a batch needs no other. Confined to one
/// thread; reused from batch to batch.
///
/// ```
/// batch  := texts pairs series                              all numbers are varints
/// texts  := n  (length, UTF-8 bytes)*
/// pairs  := n  (name: a text, value: a text)*
/// series := n  (gap: number - number before - 1, count, pair*)*      the first is counted from -1
/// ```
///
/// A series' pairs ascend by their names' bytes.
public final class SeriesBatch {

  /// Bytes of a batch at which it is full.
  private static final int FULL_BYTES = 4 << 20;

  private static final int FULL_SERIES = 1 << 15;

  private final ByteWriter texts = new ByteWriter(1 << 12);
  private final ByteWriter pairBytes = new ByteWriter(1 << 12);
  private final ByteWriter series = new ByteWriter(1 << 12);
  private final IntMap nameTexts = new IntMap();
  private final IntMap valueTexts = new IntMap();
  private final IntMap pairNumbers = new IntMap();
  private int textCount;
  private int pairCount;
  private int seriesCount;
  private int[] pairs = new int[64];
  private byte[] text = new byte[256];

  /// Writes series of `index` from `first` on until the batch is full or `end` is reached; numbers
  /// without a series are passed over.
  ///
  /// @return the number to go on from
  public int write(SeriesView view, int first, int end, ByteWriter out) {
    LabelIndex index = view.index();
    texts.clear();
    pairBytes.clear();
    series.clear();
    nameTexts.clear();
    valueTexts.clear();
    pairNumbers.clear();
    textCount = 0;
    pairCount = 0;
    seriesCount = 0;
    int number = first;
    int before = -1;
    while (number < end
        && seriesCount < FULL_SERIES
        && texts.length() + pairBytes.length() + series.length() < FULL_BYTES) {
      if (view.has(number)) {
        series.varint(number - before - 1L);
        before = number;
        int count = index.pairs(number, pairs);
        if (count > pairs.length) {
          pairs = new int[count * 2];
          index.pairs(number, pairs);
        }
        series.varint(count);
        for (int i = 0; i < count; i++) {
          series.varint(pair(index, pairs[i]));
        }
        seriesCount++;
      }
      number++;
    }
    out.varint(textCount).append(texts);
    out.varint(pairCount).append(pairBytes);
    out.varint(seriesCount).append(series);
    return number;
  }

  /// Series in the batch written last.
  public int seriesCount() {
    return seriesCount;
  }

  private int pair(LabelIndex index, int pair) {
    int known = pairNumbers.get(pair);
    if (known < 0) {
      known = pairCount++;
      pairNumbers.put(pair, known);
      pairBytes.varint(text(index.names(), nameTexts, index.pairName(pair)));
      pairBytes.varint(text(index.values(), valueTexts, index.pairValue(pair)));
    }
    return known;
  }

  private int text(Symbols symbols, IntMap known, int id) {
    int number = known.get(id);
    if (number < 0) {
      number = textCount++;
      known.put(id, number);
      int length = symbols.length(id);
      if (text.length < length) {
        text = new byte[length * 2];
      }
      symbols.copy(id, text, 0);
      texts.varint(length).bytes(text, 0, length);
    }
    return number;
  }

  /// What a batch says, checked as a whole before any of it counts.
  public static final class Read {

    private final byte[] bytes;
    private final int[] textFrom;
    private final int[] textTo;
    private final int[] pairNames;
    private final int[] pairValues;
    private final int[] numbers;
    private final int[] ends;
    private final int[] pairs;

    /// Reads a batch.
    ///
    /// @param bytes holds the batch up to `length`
    /// @param file named in errors
    /// @param offset of the batch in the file, named in errors
    public Read(byte[] bytes, int length, Path file, long offset) throws CorruptDataException {
      this.bytes = bytes;
      ByteReader in = new ByteReader(bytes, 0, length, file, offset);
      int texts = in.count(1);
      textFrom = new int[texts];
      textTo = new int[texts];
      for (int i = 0; i < texts; i++) {
        int size = in.count(1);
        if (size == 0) {
          throw in.corrupt("a text", "none");
        }
        textFrom[i] = in.position();
        textTo[i] = in.position() + size;
        in.skip(size);
      }
      int pairCount = in.count(2);
      pairNames = new int[pairCount];
      pairValues = new int[pairCount];
      for (int i = 0; i < pairCount; i++) {
        pairNames[i] = below(in, texts, "text");
        pairValues[i] = below(in, texts, "text");
      }
      int[] ranks = nameRanks();
      int seriesCount = in.count(2);
      numbers = new int[seriesCount];
      ends = new int[seriesCount];
      int[] all = new int[Math.max(16, in.remaining() / 2)];
      int used = 0;
      long number = -1;
      for (int i = 0; i < seriesCount; i++) {
        long gap = in.varint();
        number += gap + 1;
        if (gap < 0 || number < 0 || number >= Integer.MAX_VALUE) {
          throw in.corrupt("a series number below 2^31 - 1", String.valueOf(number));
        }
        numbers[i] = (int) number;
        int count = in.count(1);
        if (used + count > all.length) {
          all = Arrays.copyOf(all, Math.max(used + count, all.length * 2));
        }
        int rank = -1;
        for (int p = 0; p < count; p++) {
          int pair = below(in, pairCount, "pair");
          if (ranks[pair] <= rank) {
            throw in.corrupt("labels by name", "a name at or below the one before");
          }
          rank = ranks[pair];
          all[used++] = pair;
        }
        ends[i] = used;
      }
      if (in.remaining() > 0) {
        throw in.corrupt("the end", in.remaining() + " more bytes");
      }
      pairs = all;
    }

    private static int below(ByteReader in, int count, String what) throws CorruptDataException {
      long value = in.varint();
      if (value < 0 || value >= count) {
        throw in.corrupt("a " + what + " below " + count, String.valueOf(value));
      }
      return (int) value;
    }

    /// For each pair the place of its name among all names, by bytes; equal texts have one place.
    private int[] nameRanks() {
      Integer[] byName = new Integer[pairNames.length];
      Arrays.setAll(byName, i -> i);
      Arrays.sort(byName, (a, b) -> compareTexts(pairNames[a], pairNames[b]));
      int[] ranks = new int[byName.length];
      int rank = 0;
      for (int i = 0; i < byName.length; i++) {
        if (i > 0 && compareTexts(pairNames[byName[i - 1]], pairNames[byName[i]]) != 0) {
          rank++;
        }
        ranks[byName[i]] = rank;
      }
      return ranks;
    }

    private int compareTexts(int left, int right) {
      return left == right
          ? 0
          : Arrays.compareUnsigned(
              bytes, textFrom[left], textTo[left], bytes, textFrom[right], textTo[right]);
    }

    /// How many series there are.
    public int seriesCount() {
      return numbers.length;
    }

    /// The number of the first series, or [Integer#MAX_VALUE] if there is none.
    public int firstNumber() {
      return numbers.length == 0 ? Integer.MAX_VALUE : numbers[0];
    }

    /// The number after the last series; 0 if there is none.
    public int endNumber() {
      return numbers.length == 0 ? 0 : numbers[numbers.length - 1] + 1;
    }

    /// Adds the series to an index, all of whose numbers are below [#firstNumber]. Of two series
    /// with the same labels the later one is found by them.
    public void addTo(LabelIndex index) {
      index.ensure(endNumber());
      int[] known = new int[pairNames.length];
      int[] room = new int[64];
      int[] names = new int[textFrom.length];
      int[] values = new int[textFrom.length];
      Arrays.fill(names, -1);
      Arrays.fill(values, -1);
      for (int i = 0; i < known.length; i++) {
        int name = pairNames[i];
        int value = pairValues[i];
        if (names[name] < 0) {
          names[name] = index.nameOf(bytes, textFrom[name], textTo[name]);
        }
        if (values[value] < 0) {
          values[value] = index.valueOf(bytes, textFrom[value], textTo[value]);
        }
        known[i] = index.pair(names[name], values[value]);
      }
      int at = 0;
      for (int i = 0; i < numbers.length; i++) {
        int count = ends[i] - at;
        if (room.length < count) {
          room = new int[count * 2];
        }
        for (int p = 0; p < count; p++) {
          room[p] = known[pairs[at + p]];
        }
        at = ends[i];
        index.addNewer(room, count, numbers[i]);
      }
    }
  }
}
