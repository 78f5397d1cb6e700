package dev.mangru.tsdb.v1;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.block.Block;
import dev.mangru.tsdb.v1.block.BlockSet;
import dev.mangru.tsdb.v1.chunk.Newest;
import dev.mangru.tsdb.v1.head.BatchRecord;
import dev.mangru.tsdb.v1.head.Head;
import dev.mangru.tsdb.v1.head.HeadSeries;
import dev.mangru.tsdb.v1.head.RefTable;
import dev.mangru.tsdb.v1.index.SampleSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A data directory of the first format, for reading: its blocks, and its write-ahead log replayed
/// into memory. The caller holds the directory's lock. Confined to one thread; close it.
public final class OldStore implements Closeable {

  static final String WAL_FOLDER = "wal";

  /// Bytes of a segment before its first record.
  private static final long HEADER_BYTES = 8;

  private static final String SEGMENT_SUFFIX = ".log";

  private final BlockSet blocks;
  private final Head head;
  private final long nextSegment;
  private final @Nullable Path torn;

  private OldStore(BlockSet blocks, Head head, long nextSegment, @Nullable Path torn) {
    this.blocks = blocks;
    this.head = head;
    this.nextSegment = nextSegment;
    this.torn = torn;
  }

  /// Opens the store. Nothing that counts is changed; what a crash has left behind is removed.
  ///
  /// @throws dev.mangru.model.error.CorruptDataException if bytes cannot be right
  public static OldStore open(Disk disk, Path directory) throws IOException {
    return open(
        disk,
        directory,
        damage -> {
          throw damage;
        });
  }

  /// As [#open(Disk, Path)], going on without blocks and without the rest of a log that cannot be
  /// read, if `damage` says so by returning.
  public static OldStore open(Disk disk, Path directory, BlockSet.Damage damage)
      throws IOException {
    Path wal = directory.resolve(WAL_FOLDER);
    BlockSet blocks = BlockSet.open(disk, directory, damage);
    boolean whole = false;
    try {
      Head head = new Head();
      Replay replay = new Replay(head, wal);
      try {
        RecordLog.read(disk, wal, blocks.firstSegment(), replay);
      } catch (CorruptDataException e) {
        damage.found(e);
      }
      long highest = highest(disk, wal);
      OldStore store =
          new OldStore(
              blocks,
              head,
              Math.max(blocks.firstSegment(), highest) + 1,
              replay.torn(disk, segmentPath(wal, highest), highest));
      whole = true;
      return store;
    } finally {
      if (!whole) {
        blocks.close();
      }
    }
  }

  private static long highest(Disk disk, Path wal) throws IOException {
    long highest = 0;
    if (disk.exists(wal)) {
      for (Path path : disk.list(wal)) {
        String name = path.getFileName().toString();
        if (name.endsWith(SEGMENT_SUFFIX)) {
          String number = name.substring(0, name.length() - SEGMENT_SUFFIX.length());
          highest = Math.max(highest, Long.parseLong(number));
        }
      }
    }
    return highest;
  }

  private static Path segmentPath(Path wal, long segment) {
    return wal.resolve("%08d.log".formatted(segment));
  }

  /// The last segment of the log if it has bytes behind its last whole record, else null. Mostly
  /// the tail of a write that a crash has cut and nobody was told of.
  public @Nullable Path torn() {
    return torn;
  }

  /// The first segment number that the write-ahead log has not used.
  public long nextSegment() {
    return nextSegment;
  }

  /// Times of the first and the last sample, or null if there is none.
  public @Nullable TimeRange range() {
    TimeRange range = head.range();
    for (Block block : blocks.blocks()) {
      TimeRange other = block.range();
      range =
          range == null
              ? other
              : new TimeRange(
                  Math.min(range.startMs(), other.startMs()),
                  Math.max(range.endMs(), other.endMs()));
    }
    return range;
  }

  /// The series with a sample in `window`, in label order, to be read while the store is open.
  public List<Querier.Series> series(TimeRange window) {
    Map<Labels, MergedSeries> found = new TreeMap<>();
    for (Block block : blocks.blocks()) {
      if (block.range().overlaps(window)) {
        add(block, window, found);
      }
    }
    add(head, window, found);
    return new ArrayList<>(found.values());
  }

  private static void add(SampleSource source, TimeRange window, Map<Labels, MergedSeries> found) {
    for (SampleSource.Selected selected : source.select(List.of(), window)) {
      found
          .computeIfAbsent(selected.labels(), labels -> new MergedSeries(labels, window))
          .add(selected.run());
    }
  }

  @Override
  public void close() {
    blocks.close();
  }

  /// Applies the records of the log, as the store that wrote them did.
  private static final class Replay implements RecordLog.Reader, BatchRecord.Visitor {

    private final Head head;
    private final Path directory;
    private final RefTable byRef = new RefTable();
    private long segment;
    private long wholeEnd;

    Replay(Head head, Path directory) {
      this.head = head;
      this.directory = directory;
    }

    @Override
    public void read(RecordLog.Position position, ByteBuffer payload) throws IOException {
      Path file = segmentPath(directory, position.segment());
      segment = position.segment();
      wholeEnd = position.offset() + RecordLog.RECORD_HEADER_BYTES + payload.remaining();
      head.beginRecord();
      try {
        BatchRecord.read(payload, file, position.offset() + RecordLog.RECORD_HEADER_BYTES, this);
      } finally {
        head.endRecord();
      }
    }

    @Nullable Path torn(Disk disk, Path last, long number) throws IOException {
      if (!disk.exists(last)) {
        return null;
      }
      try (Disk.ReadableFile file = disk.open(last)) {
        long end = segment == number ? wholeEnd : HEADER_BYTES;
        return file.length() > end ? last : null;
      }
    }

    @Override
    public void define(long ref, Labels labels, @Nullable Newest newest) {
      HeadSeries series = head.find(labels);
      if (series == null) {
        series = head.add(ref, labels);
      }
      byRef.put(ref, series);
      head.define(series, newest);
    }

    @Override
    public void sample(long ref, long timestampMs, long valueBits) throws IOException {
      HeadSeries series = byRef.get(ref);
      if (series == null) {
        throw new IOException(
            "the write-ahead log in " + directory + " names series " + ref + " before defining it");
      }
      head.append(series, timestampMs, valueBits);
    }
  }
}
