package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.BytesDisk;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.tsdb.transfer.HexFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// For a fuzzer: any bytes are an index, tombstones or a segment of chunks as Prometheus writes
/// them, or corrupt. The first byte says which; its highest bit, whether checksums are made right.
public final class PromIndexFuzz {

  private static final int INDEX = 0;
  private static final int TOMBSTONES = 1;
  private static final int CHUNKS = 2;
  private static final int RIGHT = 0x80;

  private static final Path INDEX_PATH = Path.of("/block/index");
  private static final Path TOMBSTONES_PATH = Path.of("/block/tombstones");
  private static final Path CHUNKS_PATH = Path.of("/block/chunks");

  private PromIndexFuzz() {}

  /// An index of two series, tombstones, chunks; and the files of a real block.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    seeds.add(seed(INDEX, smallIndex()));
    ByteBuffer tombstones = ByteBuffer.allocate(16).putInt(0x0130ba30).put((byte) 1);
    tombstones.put(new byte[] {5, 2, 40, 7, 1, 9});
    seeds.add(seed(TOMBSTONES, Arrays.copyOf(tombstones.array(), 15)));
    for (byte[] chunk : realChunks().subList(0, 2)) {
      ByteBuffer segment = ByteBuffer.allocate(chunk.length + 14).putInt(0x85bd40dd);
      segment.putInt(1 << 24).put((byte) (((chunk.length - 1) & 0x7f) | 0x80));
      segment.put((byte) ((chunk.length - 1) >> 7)).put(chunk);
      seeds.add(seed(CHUNKS, segment.array()));
    }
    return seeds;
  }

  private static byte[] seed(int kind, byte[] file) {
    byte[] seed = new byte[file.length + 1];
    System.arraycopy(file, 0, seed, 1, file.length);
    seed[0] = (byte) (kind | RIGHT);
    return seed;
  }

  /// The chunks of a block that Prometheus wrote, the shorter ones.
  static List<byte[]> realChunks() {
    List<byte[]> chunks = new ArrayList<>();
    try {
      Path folder = Files.createTempDirectory("fuzz-seeds");
      HexFiles.unpack("prometheus-block.hex", folder);
      ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("chunks/000001")));
      file.position(8);
      while (file.hasRemaining()) {
        byte[] chunk = new byte[(int) uvarint(file) + 1];
        file.get(chunk);
        file.getInt();
        if (chunk.length < 400) {
          chunks.add(chunk);
        }
      }
      for (String name :
          List.of("chunks/000001", "chunks", "index", "tombstones", "meta.json", "")) {
        Files.delete(folder.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return chunks;
  }

  private static byte[] smallIndex() {
    ByteBuffer out = ByteBuffer.allocate(512).putInt(0xbaaad700).put((byte) 2);
    int symbols = out.position();
    out.putInt(0).putInt(4);
    for (String text : List.of("", "__name__", "a", "up")) {
      out.put((byte) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }
    end(out, symbols);
    int series = (out.position() + 15) / 16 * 16;
    out.position(series).put(new byte[] {10, 1, 1, 3, 1, 2, 9, 8, 2, 3, 6});
    out.putInt(0);
    int second = (out.position() + 15) / 16 * 16;
    out.position(second).put(new byte[] {8, 2, 1, 2, 2, 3, 1, 2, 9});
    out.putInt(0);
    int postings = out.position();
    out.putInt(0).putInt(2).putInt(series / 16).putInt(second / 16);
    end(out, postings);
    int table = out.position();
    out.putInt(0).putInt(2).put(new byte[] {2, 1, 'a', 2, 'u', 'p', (byte) 0x80, 1});
    out.put(new byte[] {2, 0, 0, (byte) ((postings & 0x7f) | 0x80), (byte) (postings >> 7)});
    end(out, table);
    out.putLong(symbols).putLong(series).putLong(0).putLong(0).putLong(postings).putLong(table);
    out.putInt(0);
    return Arrays.copyOf(out.array(), out.position());
  }

  /// Writes the length of a section that began at `from`, and leaves room for its checksum.
  private static void end(ByteBuffer out, int from) {
    out.putInt(from, out.position() - from - 4).putInt(0);
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    byte[] file = Arrays.copyOfRange(input, 1, input.length);
    int kind = (input[0] & 0x7f) % 3;
    if ((input[0] & RIGHT) != 0) {
      try {
        seal(kind, ByteBuffer.wrap(file));
      } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
        // as far as it went
      }
    }
    long before = FuzzTarget.allocated();
    try {
      switch (kind) {
        case INDEX -> index(file);
        case TOMBSTONES ->
            Tombstones.read(new BytesDisk().put(TOMBSTONES_PATH, file), TOMBSTONES_PATH).of(5);
        default -> chunks(file);
      }
    } catch (CorruptDataException refused) {
      // one of the two ways to end
    }
    FuzzTarget.bounded(before, 20 * input.length);
  }

  private static void index(byte[] file) throws IOException {
    try (IndexReader reader = IndexReader.open(new BytesDisk().put(INDEX_PATH, file), INDEX_PATH)) {
      int count = 0;
      while (reader.next()) {
        count++;
        Labels labels = reader.labels();
        for (int i = 0; i < labels.count(); i++) {
          if (i > 0 && Labels.compareUtf8(labels.name(i - 1), labels.name(i)) >= 0) {
            throw new AssertionError("labels out of order: " + labels);
          }
        }
        for (int i = 0; i < reader.chunkCount(); i++) {
          reader.chunkRef(i);
        }
      }
      if (count != reader.seriesCount()) {
        throw new AssertionError(count + " series of " + reader.seriesCount());
      }
    }
  }

  private static void chunks(byte[] file) throws IOException {
    BytesDisk disk = new BytesDisk().put(CHUNKS_PATH.resolve("000001"), file);
    try (ChunkFiles files = new ChunkFiles(disk, CHUNKS_PATH)) {
      files.read(8, new dev.mangru.model.metric.SampleColumns());
    }
  }

  // ---- checksums -------------------------------------------------------------------------------

  private static void seal(int kind, ByteBuffer file) {
    switch (kind) {
      case INDEX -> sealIndex(file);
      case TOMBSTONES -> seal(file, 5, file.capacity() - 9);
      default -> {
        file.position(8);
        long length = uvarint(file);
        seal(file, file.position(), (int) length + 1);
      }
    }
  }

  private static void sealIndex(ByteBuffer file) {
    int contents = file.capacity() - 52;
    seal(file, contents, 48);
    sealSection(file, (int) file.getLong(contents));
    int table = (int) file.getLong(contents + 40);
    sealSection(file, table);
    int postings = (int) file.getLong(contents + 32);
    sealSection(file, postings);
    int unit = file.get(4) == 1 ? 1 : 16;
    for (int i = 0; i < file.getInt(postings + 4); i++) {
      file.position(file.getInt(postings + 8 + 4 * i) * unit);
      int length = (int) uvarint(file);
      seal(file, file.position(), length);
    }
  }

  private static void sealSection(ByteBuffer file, int at) {
    seal(file, at + 4, file.getInt(at));
  }

  private static void seal(ByteBuffer file, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(file.slice(from, length));
    file.putInt(from + length, (int) crc.getValue());
  }

  private static long uvarint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = in.get();
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        break;
      }
    }
    return value;
  }
}
