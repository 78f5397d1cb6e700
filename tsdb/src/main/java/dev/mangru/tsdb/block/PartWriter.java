package dev.mangru.tsdb.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.SampleColumns;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Writes a part: chunks by series reference, ascending. Confined to one thread.
///
/// Whatever throws, close the writer: a file that was not finished is removed.
public final class PartWriter implements Closeable {

  private final Sealed sealed;
  private final PageWriter out;
  private final ChunkOutput chunks;

  /// Creates the file.
  public PartWriter(Disk disk, Path path, Sealed sealed) throws IOException {
    this.sealed = sealed;
    this.out = new PageWriter(disk, path, Footer.Kind.PART, sealed);
    this.chunks = new ChunkOutput(out);
  }

  /// Adds all samples of `columns`, cut into chunks of at most 1,024. The series is the one added
  /// last, with later times, or one with a higher reference. No sample adds nothing.
  ///
  /// @throws IllegalArgumentException if references or times do not ascend
  public void add(int ref, SampleColumns columns) throws IOException {
    chunks.add(ref, columns, 0, columns.count());
  }

  /// Adds samples `[from, to)` of `columns`, as [#add(int, SampleColumns)].
  public void add(int ref, SampleColumns columns, int from, int to) throws IOException {
    chunks.add(ref, columns, from, to);
  }

  /// Copies a chunk of another file byte for byte, with the same rules of order.
  ///
  /// @param chunk which one of the series that `source` is at
  public void addEncoded(int ref, ChunkCursor source, int chunk) throws IOException {
    chunks.copy(ref, source, chunk);
  }

  /// Series added so far.
  public int series() {
    return chunks.series();
  }

  /// Samples added so far.
  public long samples() {
    return chunks.samples();
  }

  /// Bytes written so far, about.
  public long lengthBytes() {
    return out.position();
  }

  /// Writes the directory and the footer. After it the file and its name are durable.
  ///
  /// @throws IllegalStateException if nothing was added
  public void finish() throws IOException {
    chunks.finish(Footer.Kind.PART, sealed, List.of());
  }

  /// Closes the file, and removes it if it was not finished.
  @Override
  public void close() throws IOException {
    out.close();
  }
}
