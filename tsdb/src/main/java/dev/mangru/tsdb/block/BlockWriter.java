package dev.mangru.tsdb.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Writes a block: chunks by series in label order, and an index. Confined to one thread.
///
/// Whatever throws, close the writer: a file that was not finished is removed. It keeps the labels
/// of all series in memory, each text and each set of labels that series share once.
public final class BlockWriter implements Closeable {

  private final Sealed sealed;
  private final PageWriter out;
  private final ChunkOutput chunks;
  private final LabelColumns labels = new LabelColumns();
  private @Nullable Labels last;
  private int number = -1;

  /// Creates the file.
  public BlockWriter(Disk disk, Path path, Sealed sealed) throws IOException {
    this.sealed = sealed;
    this.out = new PageWriter(disk, path, Footer.Kind.BLOCK, sealed);
    this.chunks = new ChunkOutput(out);
  }

  /// Adds all samples of `columns`, cut into chunks of at most 1,024. The series is the one added
  /// last, with later times, or one after it in the order of [Labels#compareTo]. No sample adds
  /// nothing.
  ///
  /// @throws IllegalArgumentException if series or times do not ascend
  public void add(Labels series, SampleColumns columns) throws IOException {
    add(series, columns, 0, columns.count());
  }

  /// Adds samples `[from, to)` of `columns`, as [#add(Labels, SampleColumns)].
  public void add(Labels series, SampleColumns columns, int from, int to) throws IOException {
    if (from < to) {
      chunks.add(number(series), columns, from, to);
    }
  }

  /// Copies a chunk of another file byte for byte, with the same rules of order.
  ///
  /// @param chunk which one of the series that `source` is at
  public void addEncoded(Labels series, ChunkCursor source, int chunk) throws IOException {
    chunks.copy(number(series), source, chunk);
  }

  private int number(Labels series) {
    Labels before = last;
    if (before != null) {
      int order = before.compareTo(series);
      if (order == 0) {
        return number;
      }
      if (order > 0) {
        throw new IllegalArgumentException(
            out.path() + ": series " + series + " comes after " + before);
      }
    }
    last = series;
    number = labels.add(series);
    return number;
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

  /// Writes the index and the footer. After it the file and its name are durable.
  ///
  /// @throws IllegalStateException if nothing was added
  public void finish() throws IOException {
    chunks.finish(Footer.Kind.BLOCK, sealed, IndexWriter.sections(labels));
  }

  /// Closes the file, and removes it if it was not finished.
  @Override
  public void close() throws IOException {
    out.close();
  }
}
