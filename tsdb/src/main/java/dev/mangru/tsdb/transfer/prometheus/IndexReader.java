package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/// The index of a block: its series in label order. Confined to one thread.
///
/// ```
/// magic 0xbaaad700 │ version u8 │ symbols │ series… │ … │ postings… │ postings table │ contents
/// series:   length uvarint │ labels │ chunks │ CRC-32C u32       (version 2: at multiples of 16)
/// contents: six offsets u64: symbols, series, label indices, their table, postings, their table
///           │ CRC-32C u32
/// ```
///
/// Every series is in the postings list of the empty name; that list leads the way here.
final class IndexReader implements Closeable {

  private static final int MAGIC = 0xbaaad700;
  private static final int CONTENTS_BYTES = 52;

  /// Labels and chunk references of one series; a million chunks take less.
  private static final int MAX_SERIES_BYTES = 64 << 20;

  /// Read at first for a series; most are smaller.
  private static final int USUAL_SERIES_BYTES = 4 << 10;

  private final SourceFile file;
  private final int version;
  private final Symbols symbols;
  private final FileBytes postings;
  private final int seriesCount;

  private int next;
  private long ref;
  private Labels labels = Labels.empty();
  private long[] chunkRefs = {};
  private int chunkCount;

  private IndexReader(
      SourceFile file, int version, Symbols symbols, FileBytes postings, int seriesCount) {
    this.file = file;
    this.version = version;
    this.symbols = symbols;
    this.postings = postings;
    this.seriesCount = seriesCount;
  }

  static IndexReader open(Disk disk, Path path) throws IOException {
    SourceFile file = SourceFile.open(disk, path);
    boolean opened = false;
    try {
      IndexReader reader = open(file);
      opened = true;
      return reader;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private static IndexReader open(SourceFile file) throws IOException {
    FileBytes header = file.upTo(0, 5);
    int magic = header.u32();
    int version = header.u8();
    if (magic != MAGIC || version < 1 || version > 2) {
      throw new CorruptDataException(
          file.path(),
          0,
          "%08x, version 1 or 2".formatted(MAGIC),
          "%08x, version %d".formatted(magic, version));
    }
    FileBytes contents = file.checked(file.length() - CONTENTS_BYTES, CONTENTS_BYTES - 4);
    long symbolsAt = contents.u64();
    contents.skip(4 * 8);
    long postingsTableAt = contents.u64();
    Symbols symbols = Symbols.read(file, symbolsAt, version);
    long postings = allPostings(file, postingsTableAt);
    int length = file.upTo(postings, 4).u32();
    FileBytes list = file.checked(postings + 4, length);
    int count = list.u32();
    if (count < 0 || 4L * count != list.remaining()) {
      throw list.corrupt(list.remaining() / 4 + " postings", String.valueOf(count & 0xffffffffL));
    }
    return new IndexReader(file, version, symbols, list, count);
  }

  /// Where the list of all series is.
  private static long allPostings(SourceFile file, long tableAt) throws IOException {
    int length = file.upTo(tableAt, 4).u32();
    FileBytes table = file.checked(tableAt + 4, length);
    long entries = table.u32() & 0xffffffffL;
    for (long i = 0; i < entries; i++) {
      int strings = table.u8();
      if (strings != 2) {
        throw table.corrupt("a name and a value", strings + " texts");
      }
      boolean all = skipText(table) + skipText(table) == 0;
      long offset = table.uvarint();
      if (all) {
        return offset;
      }
    }
    throw table.corrupt("a postings list of all series", "none");
  }

  private static int skipText(FileBytes table) throws CorruptDataException {
    int length = table.count();
    table.skip(length);
    return length;
  }

  int seriesCount() {
    return seriesCount;
  }

  /// Moves to the next series; false at the end.
  boolean next() throws IOException {
    if (next == seriesCount) {
      return false;
    }
    ref = postings.u32() & 0xffffffffL;
    next++;
    long offset = version == 1 ? ref : 16 * ref;
    FileBytes head = file.upTo(offset, USUAL_SERIES_BYTES);
    long length = head.uvarint();
    if (length < 2 || length > MAX_SERIES_BYTES) {
      throw new CorruptDataException(
          file.path(), offset, "a series of up to " + MAX_SERIES_BYTES + " bytes", length + "");
    }
    FileBytes body = file.checked(offset + head.position(), (int) length);
    readLabels(body);
    readChunks(body);
    return true;
  }

  private void readLabels(FileBytes body) throws CorruptDataException {
    String[] pairs = new String[2 * body.count()];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = symbols.get(body.uvarint(), body);
      boolean unsorted = i >= 2 && (i & 1) == 0 && Labels.compareUtf8(pairs[i - 2], pairs[i]) >= 0;
      if (unsorted || pairs[i].isEmpty()) {
        throw body.corrupt("label names in order, none of them empty", "\"" + pairs[i] + "\"");
      }
    }
    labels = Labels.ofSortedPairs(pairs);
  }

  private void readChunks(FileBytes body) throws CorruptDataException {
    chunkCount = body.count();
    if (chunkRefs.length < chunkCount) {
      chunkRefs = new long[chunkCount];
    }
    long chunkRef = 0;
    for (int i = 0; i < chunkCount; i++) {
      body.uvarint(); // time of the first sample: the chunk itself tells
      body.uvarint(); // time of the last sample
      chunkRef = i == 0 ? body.uvarint() : chunkRef + body.varint();
      chunkRefs[i] = chunkRef;
    }
  }

  /// The current series' reference, as tombstones name it.
  long ref() {
    return ref;
  }

  Labels labels() {
    return labels;
  }

  int chunkCount() {
    return chunkCount;
  }

  /// Segment in the high half, offset in the low one.
  long chunkRef(int i) {
    return chunkRefs[i];
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
