package dev.mangru.tsdb.v1.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.v1.chunk.Chunk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes one block, series by series in label order. Confined to one thread.
///
/// Chunks go to the file as they come; the index is gathered in memory and follows. Nothing refers
/// to the file before [#finish] has synced it.
final class BlockWriter implements Closeable {

  private static final int BUFFER_BYTES = 1 << 20;

  private final WritableFile file;
  private final ByteWriter buffer = new ByteWriter(BUFFER_BYTES + 8192);
  private final Map<String, Integer> symbolNumbers = new HashMap<>();
  private final ByteWriter symbols = new ByteWriter(4096);
  private final ByteWriter series = new ByteWriter(4096);
  private final TreeMap<String, TreeMap<String, Numbers>> postings =
      new TreeMap<>(Labels::compareUtf8);
  private long flushed;
  private int seriesCount;
  private long samples;
  private long minMs = Long.MAX_VALUE;
  private long maxMs = Long.MIN_VALUE;

  /// Ascending numbers, kept as the deltas that the file has.
  private static final class Numbers {
    final ByteWriter deltas = new ByteWriter(16);
    int count;
    int last;

    void add(int number) {
      deltas.varint(number - last);
      last = number;
      count++;
    }
  }

  BlockWriter(Disk disk, Path path) throws IOException {
    disk.delete(path); // left by a crash
    file = disk.create(path);
    buffer.bytes(Footer.MAGIC, 0, Footer.MAGIC.length);
  }

  boolean isEmpty() {
    return seriesCount == 0;
  }

  /// Adds a series after those before it in label order.
  ///
  /// @param chunks at least one, in time order, not overlapping
  void add(Labels labels, List<Chunk> chunks) throws IOException {
    int number = seriesCount++;
    series.varint(labels.count());
    for (Label label : labels) {
      series.varint(symbol(label.name())).varint(symbol(label.value()));
      postings
          .computeIfAbsent(label.name(), _ -> new TreeMap<>(Labels::compareUtf8))
          .computeIfAbsent(label.value(), _ -> new Numbers())
          .add(number);
    }
    series.varint(chunks.size()).varint(flushed + buffer.length());
    long previousMax = 0;
    for (Chunk chunk : chunks) {
      byte[] bytes = chunk.bytes();
      series.zigZag(chunk.minMs() - previousMax).varint(chunk.maxMs() - chunk.minMs());
      series.varint(chunk.count()).varint(bytes.length);
      previousMax = chunk.maxMs();
      buffer.bytes(bytes, 0, bytes.length).u32(Checksums.crc32c(bytes, 0, bytes.length));
      if (buffer.length() >= BUFFER_BYTES) {
        flush();
      }
      samples += chunk.count();
      minMs = Math.min(minMs, chunk.minMs());
      maxMs = Math.max(maxMs, chunk.maxMs());
    }
  }

  private int symbol(String text) {
    Integer known = symbolNumbers.get(text);
    if (known != null) {
      return known;
    }
    int number = symbolNumbers.size();
    symbolNumbers.put(text, number);
    symbols.text(text);
    return number;
  }

  private void flush() throws IOException {
    flushed += buffer.length();
    file.write(buffer.toBuffer());
    buffer.clear();
  }

  /// Writes index and footer and syncs the file. The name is not durable yet.
  void finish() throws IOException {
    ByteWriter index = new ByteWriter(symbols.length() + series.length() * 2);
    index.varint(symbolNumbers.size());
    index.append(symbols);
    index.varint(seriesCount);
    index.append(series);
    index.varint(postings.size());
    for (Map.Entry<String, TreeMap<String, Numbers>> name : postings.entrySet()) {
      index.varint(symbol(name.getKey())).varint(name.getValue().size());
      for (Map.Entry<String, Numbers> value : name.getValue().entrySet()) {
        Numbers numbers = value.getValue();
        index.varint(symbol(value.getKey()));
        index.varint(numbers.count).varint(numbers.deltas.length());
        index.append(numbers.deltas);
      }
    }
    long indexOffset = flushed + buffer.length();
    flush();
    byte[] bytes = index.toByteArray();
    int crc = Checksums.crc32c(bytes, 0, bytes.length);
    buffer.bytes(bytes, 0, bytes.length);
    byte[] footer =
        new Footer(indexOffset, bytes.length, crc, minMs, maxMs, samples, seriesCount).encode();
    buffer.bytes(footer, 0, footer.length);
    flush();
    file.sync();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
