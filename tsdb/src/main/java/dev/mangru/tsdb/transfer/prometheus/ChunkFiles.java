package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.SampleColumns;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The chunk segments of a block. Confined to one thread.
///
/// ```
/// magic 0x85bd40dd │ version u8 = 1 │ 0 0 0 │ chunks
/// chunk: length uvarint │ encoding u8 │ data │ CRC-32C u32 of encoding and data
/// ```
final class ChunkFiles implements Closeable {

  private static final int MAGIC = 0x85bd40dd;
  private static final int HEADER_BYTES = 8;

  /// 120 samples take 2 kB, a large histogram's some 100 kB.
  private static final int MAX_CHUNK_BYTES = 64 << 20;

  private static final int USUAL_CHUNK_BYTES = 4 << 10;

  private final Disk disk;
  private final Path folder;
  private final List<Path> segments;
  private int openNumber = -1;
  private @Nullable SourceFile open;

  ChunkFiles(Disk disk, Path folder) throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.segments = disk.exists(folder) ? disk.list(folder) : List.of();
  }

  /// Adds the samples of a chunk to `target`.
  ///
  /// @param ref segment in the high half, offset in the low one
  void read(long ref, SampleColumns target) throws IOException {
    SourceFile file = segment((int) (ref >>> 32));
    long offset = ref & 0xffffffffL;
    FileBytes head = file.upTo(offset, USUAL_CHUNK_BYTES);
    long length = head.uvarint();
    if (length < 0 || length > MAX_CHUNK_BYTES) {
      throw new CorruptDataException(
          file.path(), offset, "a chunk of up to " + MAX_CHUNK_BYTES + " bytes", length + "");
    }
    long at = offset + head.position();
    int before = target.count();
    FileBytes body = file.checked(at, (int) length + 1);
    ChunkReader.read(body.array(), (int) length + 1, file.path(), at, target);
    long[] times = target.timesMs();
    for (int i = before + 1; i < target.count(); i++) {
      if (times[i] <= times[i - 1]) {
        throw new CorruptDataException(
            file.path(), offset, "a chunk's times after " + times[i - 1], times[i] + "");
      }
    }
  }

  private SourceFile segment(int number) throws IOException {
    SourceFile current = open;
    if (current != null && openNumber == number) {
      return current;
    }
    if (number < 0 || number >= segments.size()) {
      throw new CorruptDataException(
          folder, 0, "chunk segment " + (number + 1L), segments.size() + " segments");
    }
    close();
    SourceFile next = SourceFile.open(disk, segments.get(number));
    open = next;
    openNumber = number;
    FileBytes header = next.upTo(0, HEADER_BYTES);
    int magic = header.u32();
    int version = header.u8();
    if (magic != MAGIC || version != 1) {
      throw new CorruptDataException(
          next.path(),
          0,
          "%08x, version 1".formatted(MAGIC),
          "%08x, version %d".formatted(magic, version));
    }
    return next;
  }

  @Override
  public void close() throws IOException {
    SourceFile current = open;
    if (current != null) {
      open = null;
      openNumber = -1;
      current.close();
    }
  }
}
