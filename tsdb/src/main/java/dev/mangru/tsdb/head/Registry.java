package dev.mangru.tsdb.head;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.index.SeriesBatch;
import dev.mangru.tsdb.index.SeriesView;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// The file that remembers which ref means which labels. Append-only: batches of series, each with
/// its checksum and without need of another; `FORMAT.md` beside this class draws the bytes.
/// Confined to one thread at a time.
///
/// How much of the file counts is not the file's to say: the caller keeps [#length] after [#sync]
/// where it keeps its other facts (the manifest), and hands it back to [#open]. What lies behind is
/// the tail of a write that never counted, and is cut; damage before it is an error.
public final class Registry implements Closeable {

  static final int HEADER_BYTES = 16;
  static final int FRAME_BYTES = 24;
  static final int VERSION = 1;
  static final int MARKER = 0x48435442; // "BTCH", little-endian
  private static final byte[] MAGIC = {'M', 'G', 'R', 'R', 'E', 'G', '\r', '\n'};
  private static final int ZSTD_LEVEL = 3;

  /// Bytes of a batch at most, packed or not; a batch is closed at a sixteenth of that.
  private static final int MAX_BATCH_BYTES = 64 << 20;

  /// What a file holds.
  ///
  /// @param batches batches read
  /// @param series series in them
  /// @param endRef the number after the last ref that was given when the last whole batch was
  ///   written
  /// @param wholeEnd where that batch ends; if that is the end of the file no later ref was given
  /// @param damage what could not be read, one line each with file, offset, expected and found
  public record Contents(int batches, long series, int endRef, long wholeEnd, List<String> damage) {
    /// Copies the list.
    public Contents {
      damage = List.copyOf(damage);
    }
  }

  private final Path file;
  private final Disk.WritableFile out;
  private final SeriesBatch batch = new SeriesBatch();
  private final ByteWriter raw = new ByteWriter(1 << 12);
  private final CRC32C crc = new CRC32C();
  private long length;
  private long syncedLength;

  private Registry(Path file, Disk.WritableFile out, long length) {
    this.file = file;
    this.out = out;
    this.length = length;
    this.syncedLength = length;
  }

  /// Makes a new file, durably, without any series.
  public static Registry create(Disk disk, Path file) throws IOException {
    Disk.WritableFile out = disk.create(file);
    try {
      out.write(header());
      out.sync();
      Path folder = file.getParent();
      if (folder != null) {
        disk.syncDirectory(folder);
      }
      return new Registry(file, out, HEADER_BYTES);
    } catch (Throwable e) {
      closeAfter(e, out);
      throw e;
    }
  }

  /// Opens a file for appending, after its series were added to `table`, which has none yet.
  ///
  /// @param durableLength what [#length] was when it was last synced and written down
  /// @throws CorruptDataException if the file is shorter, or anything before that length is
  ///   damaged; the table is then not to be used
  public static Registry open(Disk disk, Path file, long durableLength, SeriesTable table)
      throws IOException {
    try (Disk.ReadableFile in = disk.open(file)) {
      Reader reader = new Reader(in, file, checkedLength(in, file, durableLength));
      reader.header();
      while (reader.next()) {
        table.load(reader.batch(), reader.endRef);
      }
    }
    Disk.WritableFile out = disk.append(file);
    try {
      if (out.length() > durableLength) {
        out.truncate(durableLength);
        out.sync();
      }
      return new Registry(file, out, durableLength);
    } catch (Throwable e) {
      closeAfter(e, out);
      throw e;
    }
  }

  private static void closeAfter(Throwable cause, Disk.WritableFile out) {
    try {
      out.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static long checkedLength(Disk.ReadableFile in, Path file, long durableLength)
      throws IOException {
    long actual = in.length();
    if (actual < durableLength) {
      throw new CorruptDataException(
          file, actual, "a file of at least " + durableLength + " bytes", "its end");
    }
    return durableLength;
  }

  /// Reads everything before `durableLength` and says what is there.
  ///
  /// @throws CorruptDataException at the first damage
  public static Contents check(Disk disk, Path file, long durableLength) throws IOException {
    try (Disk.ReadableFile in = disk.open(file)) {
      Reader reader = new Reader(in, file, checkedLength(in, file, durableLength));
      reader.header();
      while (reader.next()) {
        reader.batch();
      }
      return reader.contents();
    }
  }

  /// Adds to `table`, which has no series yet, every batch that is whole, and tells of the rest.
  /// For repair: what is salvaged goes to a new file.
  public static Contents salvage(Disk disk, Path file, SeriesTable table) throws IOException {
    return salvage(disk, file, Long.MAX_VALUE, table);
  }

  /// As the other one, of the first `durableLength` bytes: what follows never counted.
  public static Contents salvage(Disk disk, Path file, long durableLength, SeriesTable table)
      throws IOException {
    try (Disk.ReadableFile in = disk.open(file)) {
      Reader reader = new Reader(in, file, Math.min(in.length(), durableLength));
      try {
        reader.header();
      } catch (CorruptDataException e) {
        reader.damage.add(String.valueOf(e.getMessage()));
        reader.at = Math.min(HEADER_BYTES, reader.length);
      }
      while (true) {
        try {
          if (!reader.next()) {
            return reader.contents();
          }
          table.load(reader.batch(), reader.endRef);
        } catch (CorruptDataException e) {
          reader.damage.add(String.valueOf(e.getMessage()));
          reader.seekMarker();
        }
      }
    }
  }

  /// Appends the series of `table` from `first` to `end`, exclusive, those dropped left out.
  /// Durable after [#sync].
  public void append(SeriesTable table, int first, int end) throws IOException {
    SeriesView view = table.view(end);
    int next = first;
    while (next < end) {
      raw.clear();
      next = batch.write(view, next, end, raw);
      write(batch.seriesCount(), next);
    }
  }

  private void write(int series, int endRef) throws IOException {
    byte[] bytes = raw.toByteArray();
    if (bytes.length > MAX_BATCH_BYTES) {
      throw new IllegalStateException(
          "a batch of " + bytes.length + " bytes, and there may be " + MAX_BATCH_BYTES);
    }
    byte[] packed = Zstd.compress(bytes, ZSTD_LEVEL);
    if (packed.length >= bytes.length) {
      packed = bytes;
    }
    ByteBuffer frame =
        ByteBuffer.allocate(FRAME_BYTES + packed.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(MARKER).putInt(packed.length).putInt(bytes.length).putInt(series).putInt(endRef);
    crc.reset();
    crc.update(frame.array(), 0, FRAME_BYTES - 4);
    crc.update(packed);
    frame.putInt((int) crc.getValue()).put(packed).flip();
    out.write(frame);
    length += FRAME_BYTES + packed.length;
  }

  private static ByteBuffer header() {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(VERSION);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, HEADER_BYTES - 4);
    return header.putInt((int) crc.getValue()).flip();
  }

  /// Returns once all that was appended is on stable storage. After a failure give the file up.
  public void sync() throws IOException {
    out.sync();
    syncedLength = length;
  }

  /// Bytes of the file, synced or not.
  public long length() {
    return length;
  }

  /// Bytes of the file that were synced. A manifest may name no more: what a failed append or sync
  /// left behind does not survive a power cut.
  public long durableLength() {
    return syncedLength;
  }

  /// The file.
  public Path file() {
    return file;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /// Reads frame after frame. Confined to one thread.
  private static final class Reader {

    private final Disk.ReadableFile in;
    private final Path file;
    private final long length;
    private final CRC32C crc = new CRC32C();
    private final List<String> damage = new ArrayList<>();
    private long at;
    private long frameAt;
    private byte[] payload = new byte[0];
    private int rawLength;
    private int endRef;
    private int frameSeries;
    private int highest;
    private long wholeEnd;
    private int batches;
    private long series;

    Reader(Disk.ReadableFile in, Path file, long length) {
      this.in = in;
      this.file = file;
      this.length = length;
    }

    private byte[] read(long offset, int count) throws IOException {
      byte[] bytes = new byte[count];
      in.readFully(offset, ByteBuffer.wrap(bytes));
      return bytes;
    }

    private static ByteBuffer numbers(byte[] bytes) {
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private CorruptDataException corrupt(long offset, String expected, Object found) {
      return new CorruptDataException(file, offset, expected, found.toString());
    }

    void header() throws IOException {
      if (length < HEADER_BYTES) {
        throw corrupt(length, "a header of " + HEADER_BYTES + " bytes", "the end");
      }
      byte[] bytes = read(0, HEADER_BYTES);
      ByteBuffer found = numbers(bytes);
      if (!Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
        throw corrupt(0, "a registry of series", "other bytes");
      }
      if (found.getInt(MAGIC.length) != VERSION) {
        throw corrupt(MAGIC.length, "version " + VERSION, found.getInt(MAGIC.length));
      }
      if (!found.equals(Registry.header())) {
        throw corrupt(HEADER_BYTES - 4, "the header's checksum", "another");
      }
      at = HEADER_BYTES;
    }

    /// Reads and checks the next frame; false at the end.
    boolean next() throws IOException {
      frameAt = at;
      if (at == length) {
        return false;
      }
      if (length - at < FRAME_BYTES) {
        throw corrupt(at, "a batch of at least " + FRAME_BYTES + " bytes", length - at + " bytes");
      }
      byte[] bytes = read(at, FRAME_BYTES);
      ByteBuffer frame = numbers(bytes);
      int marker = frame.getInt(0);
      int size = frame.getInt(4);
      rawLength = frame.getInt(8);
      frameSeries = frame.getInt(12);
      endRef = frame.getInt(16);
      if (marker != MARKER) {
        throw corrupt(at, "the start of a batch", Integer.toHexString(marker));
      }
      if (size < 0 || size > MAX_BATCH_BYTES || size > length - at - FRAME_BYTES) {
        throw corrupt(at + 4, "a batch of at most " + (length - at - FRAME_BYTES) + " bytes", size);
      }
      if (rawLength < size || rawLength > MAX_BATCH_BYTES) {
        throw corrupt(at + 8, size + " to " + MAX_BATCH_BYTES + " bytes unpacked", rawLength);
      }
      payload = read(at + FRAME_BYTES, size);
      crc.reset();
      crc.update(bytes, 0, FRAME_BYTES - 4);
      crc.update(payload);
      if ((int) crc.getValue() != frame.getInt(20)) {
        throw corrupt(
            at + 20,
            "checksum " + Integer.toHexString((int) crc.getValue()),
            Integer.toHexString(frame.getInt(20)));
      }
      at += FRAME_BYTES + size;
      return true;
    }

    /// What the frame read last holds.
    SeriesBatch.Read batch() throws IOException {
      long offset = frameAt + FRAME_BYTES;
      byte[] bytes = payload;
      if (rawLength > payload.length) {
        if (payload.length == 0 || Zstd.getFrameContentSize(payload) != rawLength) {
          throw corrupt(offset, rawLength + " bytes in a zstd frame", "a frame of others");
        }
        bytes = new byte[rawLength];
        long unpacked;
        try {
          unpacked = Zstd.decompressByteArray(bytes, 0, rawLength, payload, 0, payload.length);
        } catch (ZstdException e) {
          CorruptDataException corrupt =
              corrupt(offset, "zstd data", "an error: " + e.getMessage());
          corrupt.initCause(e);
          throw corrupt;
        }
        if (unpacked != rawLength) {
          throw corrupt(offset, rawLength + " bytes unpacked", unpacked);
        }
      }
      SeriesBatch.Read read = new SeriesBatch.Read(bytes, rawLength, file, offset);
      if (read.seriesCount() != frameSeries) {
        throw corrupt(frameAt + 12, read.seriesCount() + " series", frameSeries);
      }
      if (read.firstNumber() < highest || endRef < Math.max(highest, read.endNumber())) {
        throw corrupt(
            frameAt + 16,
            "refs from " + highest + " on",
            read.firstNumber() + " to below " + read.endNumber() + ", end " + endRef);
      }
      highest = endRef;
      wholeEnd = at;
      batches++;
      series += read.seriesCount();
      return read;
    }

    /// Goes to the next place after the broken frame that looks like one.
    void seekMarker() throws IOException {
      long from = frameAt + 1;
      while (from + FRAME_BYTES <= length) {
        int count = (int) Math.min(1 << 16, length - from);
        ByteBuffer window = numbers(read(from, count));
        for (int i = 0; i + 4 <= count; i++) {
          if (window.getInt(i) == MARKER) {
            at = from + i;
            return;
          }
        }
        from += count - 3;
      }
      at = length;
    }

    Contents contents() {
      return new Contents(batches, series, highest, wholeEnd, damage);
    }
  }
}
