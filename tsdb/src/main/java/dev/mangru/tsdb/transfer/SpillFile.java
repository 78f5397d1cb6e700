package dev.mangru.tsdb.transfer;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/// A run that did not fit into memory. Lives as long as the import; nobody reads it after a crash,
/// so it is never synced.
///
/// ```
/// frame: length u32 │ CRC-32C u32 │ body
/// body:  window zigzag │ labels: count, (name, value)… │ samples, see SampleBytes
/// ```
///
/// Confined to one thread.
final class SpillFile implements Run {

  private static final int FRAME_HEADER_BYTES = 8;
  private static final int WRITE_BYTES = 256 << 10;
  private static final int READ_BYTES = 64 << 10;

  private final Path path;
  private final ReadableFile file;
  private final long length;
  private ByteBuffer window = ByteBuffer.allocate(READ_BYTES).flip();
  private long windowOffset;
  private long number;
  private Labels labels = Labels.empty();
  private final SampleBuffer samples = new SampleBuffer();

  private SpillFile(Path path, ReadableFile file) throws IOException {
    this.path = path;
    this.file = file;
    this.length = file.length();
  }

  /// Writes all of `run`.
  static void write(Disk disk, Path path, Run run) throws IOException {
    ByteWriter body = new ByteWriter(WRITE_BYTES);
    ByteWriter out = new ByteWriter(2 * WRITE_BYTES);
    SampleBuffer samples = new SampleBuffer();
    try (WritableFile file = disk.create(path)) {
      while (run.next()) {
        samples.clear();
        run.copyTo(samples);
        frame(run.window(), run.labels(), samples, body, out);
        if (out.length() >= WRITE_BYTES) {
          file.write(out.toBuffer());
          out.clear();
        }
      }
      file.write(out.toBuffer());
    }
  }

  /// Adds one frame to `out`; `body` is for its work.
  static void frame(
      long window, Labels labels, SampleBuffer samples, ByteWriter body, ByteWriter out) {
    body.clear().zigZag(window);
    SampleBytes.write(labels, body);
    SampleBytes.write(samples, body);
    out.u32(body.length()).u32(checksum(body.toBuffer())).append(body);
  }

  /// Opens what [#write] wrote.
  static SpillFile open(Disk disk, Path path) throws IOException {
    ReadableFile file = disk.open(path);
    boolean opened = false;
    try {
      SpillFile spill = new SpillFile(path, file);
      opened = true;
      return spill;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  @Override
  public boolean next() throws IOException {
    long offset = windowOffset + window.position();
    if (offset == length) {
      return false;
    }
    need(FRAME_HEADER_BYTES);
    int bodyLength = Integer.reverseBytes(window.getInt());
    int wanted = Integer.reverseBytes(window.getInt());
    if (bodyLength < 0 || bodyLength > length - offset - FRAME_HEADER_BYTES) {
      throw new CorruptDataException(
          path, offset, "a frame inside the file", bodyLength + " bytes");
    }
    need(bodyLength);
    byte[] body = new byte[bodyLength];
    window.get(body);
    int found = checksum(ByteBuffer.wrap(body));
    if (found != wanted) {
      throw new CorruptDataException(
          path, offset, "%08x".formatted(wanted), "%08x".formatted(found));
    }
    ByteReader reader = new ByteReader(body, path, offset + FRAME_HEADER_BYTES);
    number = reader.zigZag();
    labels = SampleBytes.readLabels(reader);
    samples.clear();
    SampleBytes.read(reader, samples);
    return true;
  }

  private void need(int bytes) throws IOException {
    if (window.remaining() >= bytes) {
      return;
    }
    windowOffset += window.position();
    int size = (int) Math.min(length - windowOffset, Math.max(bytes, READ_BYTES));
    if (window.capacity() < size) {
      window = ByteBuffer.allocate(size);
    }
    window.clear().limit(size);
    file.readFully(windowOffset, window);
    window.flip();
  }

  @Override
  public long window() {
    return number;
  }

  @Override
  public Labels labels() {
    return labels;
  }

  @Override
  public void copyTo(SampleBuffer target) {
    target.addAll(samples, 0, samples.count());
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
