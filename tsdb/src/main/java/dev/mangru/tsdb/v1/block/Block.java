package dev.mangru.tsdb.v1.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.block.BlockIndex.ChunkTable;
import dev.mangru.tsdb.v1.chunk.Chunk;
import dev.mangru.tsdb.v1.chunk.ChunkDecoder;
import dev.mangru.tsdb.v1.chunk.ChunkRun;
import dev.mangru.tsdb.v1.chunk.Newest;
import dev.mangru.tsdb.v1.index.Postings;
import dev.mangru.tsdb.v1.index.SampleSource;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One immutable file of samples, open for reading. Thread-safe.
///
/// The index is read when first needed and given back when the heap is short. Chunks are read with
/// positional reads and checked one by one. The file stays open until its owner and every query
/// that retained it have released it; on POSIX it may be deleted meanwhile.
public final class Block implements SampleSource {

  private static final Logger LOG = LoggerFactory.getLogger(Block.class);

  private final long id;
  private final Path path;
  private final ReadableFile file;
  private final Footer footer;
  private final TimeRange range;
  private final long lengthBytes;
  private final AtomicInteger holders = new AtomicInteger(1);
  private volatile SoftReference<BlockIndex> loaded = new SoftReference<>(null);

  private Block(long id, Path path, ReadableFile file, Footer footer, long lengthBytes) {
    this.id = id;
    this.path = path;
    this.file = file;
    this.footer = footer;
    this.range = new TimeRange(footer.minMs(), footer.maxMs());
    this.lengthBytes = lengthBytes;
  }

  /// Opens a block and checks its footer.
  ///
  /// @throws CorruptDataException if it does not check
  static Block open(Disk disk, long id, Path path) throws IOException {
    ReadableFile file = disk.open(path);
    try {
      return new Block(id, path, file, Footer.read(path, file), file.length());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  long id() {
    return id;
  }

  Path path() {
    return path;
  }

  /// Times of its first and last sample.
  public TimeRange range() {
    return range;
  }

  /// Samples in it.
  public long samples() {
    return footer.samples();
  }

  /// Series in it.
  public int series() {
    return footer.series();
  }

  /// Size of the file.
  public long lengthBytes() {
    return lengthBytes;
  }

  /// Size of the index in the file.
  public int indexBytes() {
    return footer.indexLength();
  }

  /// Holds the file open; false if it was let go of already.
  public boolean tryRetain() {
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

  /// Undoes one [#tryRetain].
  public void release() {
    if (holders.decrementAndGet() == 0) {
      try {
        file.close();
      } catch (IOException e) {
        // Nothing was written through it and nobody reads it any more: only a handle may leak.
        LOG.atWarn().addKeyValue("file", path).setCause(e).log("a block could not be closed");
      }
    }
  }

  /// The whole index, from memory or from the file.
  BlockIndex index() throws IOException {
    BlockIndex index = loaded.get();
    if (index == null) {
      byte[] bytes = new byte[footer.indexLength()];
      file.readFully(footer.indexOffset(), ByteBuffer.wrap(bytes));
      int crc = Checksums.crc32c(bytes, 0, bytes.length);
      if (crc != footer.indexCrc()) {
        throw new CorruptDataException(
            path,
            footer.indexOffset(),
            "an index with checksum 0x%08x".formatted(footer.indexCrc()),
            "0x%08x".formatted(crc));
      }
      index = BlockIndex.parse(bytes, path, footer.indexOffset());
      loaded = new SoftReference<>(index);
    }
    return index;
  }

  private BlockIndex indexForQuery() {
    try {
      return index();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static MangruException unreadable(IOException cause) {
    return new MangruException(
        ErrorCode.INTERNAL,
        "a block of samples cannot be read: "
            + cause.getMessage()
            + "; run \"mangru check\" on the data directory",
        cause);
  }

  /// The newest sample of the series with exactly these labels, or null.
  public @Nullable Newest newest(Labels labels) {
    BlockIndex index = indexForQuery();
    int number = index.find(labels);
    if (number < 0) {
      return null;
    }
    Run run = new Run(index.chunks(number));
    ChunkDecoder samples = run.load(run.size() - 1).decoder();
    while (samples.next()) {
      // to the last one
    }
    return new Newest(samples.timestampMs(), samples.valueBits());
  }

  @Override
  public List<Selected> select(List<LabelMatcher> matchers, TimeRange wanted) {
    if (!range.overlaps(wanted)) {
      return List.of();
    }
    BlockIndex index = indexForQuery();
    Postings postings = index.select(matchers);
    List<Selected> found = new ArrayList<>(postings.size());
    for (int i = 0; i < postings.size(); i++) {
      Run run = new Run(index.chunks(postings.get(i)));
      if (ChunkRun.anyIn(run, wanted.startMs(), wanted.endMs())) {
        found.add(new Selected(index.labels(postings.get(i)), run));
      }
    }
    return found;
  }

  @Override
  public boolean allNames(TimeRange wanted, Set<String> names) {
    boolean all = inside(wanted);
    if (all) {
      names.addAll(indexForQuery().names());
    }
    return all;
  }

  @Override
  public boolean allValues(String name, TimeRange wanted, Set<String> values) {
    boolean all = inside(wanted);
    if (all) {
      values.addAll(indexForQuery().values(name));
    }
    return all;
  }

  private boolean inside(TimeRange wanted) {
    return wanted.contains(range.startMs()) && wanted.contains(range.endMs());
  }

  /// The series by number, in label order, for merging and checking.
  Selected series(BlockIndex index, int number) {
    return new Selected(index.labels(number), new Run(index.chunks(number)));
  }

  /// Reads one series' chunks from the file.
  private final class Run implements ChunkRun {

    private final ChunkTable table;

    Run(ChunkTable table) {
      this.table = table;
    }

    @Override
    public int size() {
      return table.counts().length;
    }

    @Override
    public long minMs(int i) {
      return table.minMs()[i];
    }

    @Override
    public long maxMs(int i) {
      return table.maxMs()[i];
    }

    @Override
    public Chunk load(int i) {
      long offset = table.offset();
      for (int before = 0; before < i; before++) {
        offset += table.lengths()[before] + 4L;
      }
      int length = table.lengths()[i];
      // A sample takes two bits at least, the first one 128.
      if (offset < Footer.MAGIC.length
          || offset > footer.indexOffset() - length - 4
          || table.counts()[i] > 4L * length - 63) {
        throw unreadable(
            new CorruptDataException(
                path,
                offset,
                "a chunk before the index, of two bits a sample or more",
                "%d samples in %d bytes".formatted(table.counts()[i], length)));
      }
      byte[] bytes = new byte[length + 4];
      try {
        file.readFully(offset, ByteBuffer.wrap(bytes));
        int wanted =
            (bytes[length] & 0xff)
                | (bytes[length + 1] & 0xff) << 8
                | (bytes[length + 2] & 0xff) << 16
                | (bytes[length + 3] & 0xff) << 24;
        int found = Checksums.crc32c(bytes, 0, length);
        if (wanted != found) {
          throw new CorruptDataException(
              path,
              offset,
              "a chunk with checksum 0x%08x".formatted(wanted),
              "0x%08x".formatted(found));
        }
      } catch (IOException e) {
        throw unreadable(e);
      }
      return new Chunk(bytes, table.counts()[i], table.minMs()[i], table.maxMs()[i]);
    }
  }
}
