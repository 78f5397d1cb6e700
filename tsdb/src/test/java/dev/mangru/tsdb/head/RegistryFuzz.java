package dev.mangru.tsdb.head;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.BytesDisk;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.tsdb.index.SeriesBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// For a fuzzer: any bytes are a registry of series or corrupt. The first byte of an input says
/// what the rest is: 0, a file as it is; 1, a file whose checksums are made right; else a batch as
/// it is before it is packed.
public final class RegistryFuzz {

  private static final Path PATH = Path.of("/crash-disk/1.reg");

  private RegistryFuzz() {}

  /// Registries of up to three batches, and their batches.
  public static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (int batches = 0; batches < 4; batches++) {
      CrashDisk disk = new CrashDisk(batches);
      SeriesTable table = new SeriesTable();
      try (Registry registry = Registry.create(disk, PATH)) {
        for (int b = 0; b < batches; b++) {
          int first = table.endRef();
          for (int i = 0; i < 4; i++) {
            table.findOrAdd(Labels.of("__name__", "m" + i % 2, "pod", "p" + b, "z", "é" + i));
          }
          registry.append(table, first, table.endRef());
        }
      }
      byte[] file = new byte[(int) disk.usedBytes()];
      try (var in = disk.open(PATH)) {
        in.readFully(0, ByteBuffer.wrap(file));
      }
      seeds.add(seed(batches % 2, file));
      var raw = new dev.mangru.tsdb.codec.ByteWriter(64);
      new SeriesBatch().write(table.view(table.endRef()), 0, table.endRef(), raw);
      seeds.add(seed(2, raw.toByteArray()));
    }
    return seeds;
  }

  private static byte[] seed(int kind, byte[] bytes) {
    byte[] seed = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, seed, 1, bytes.length);
    seed[0] = (byte) kind;
    return seed;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    long before = FuzzTarget.allocated();
    try {
      if (input[0] == 0 || input[0] == 1) {
        file(input[0] == 0 ? bytes : sealed(bytes));
      } else {
        new SeriesBatch.Read(bytes, bytes.length, PATH, 24);
      }
    } catch (CorruptDataException refused) {
      // one of the two ways to end
    }
    FuzzTarget.bounded(before, 4 * input.length);
  }

  private static void file(byte[] bytes) throws IOException {
    Registry.Contents contents =
        Registry.check(new BytesDisk().put(PATH, bytes), PATH, bytes.length);
    if (contents.series() > contents.endRef()) {
      throw new AssertionError("more series than refs: " + contents);
    }
  }

  private static byte[] sealed(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = Registry.HEADER_BYTES; at + Registry.FRAME_BYTES <= file.length; ) {
      int size = bytes.getInt(at + 4);
      if (size < 0 || size > file.length - at - Registry.FRAME_BYTES) {
        break;
      }
      CRC32C crc = new CRC32C();
      crc.update(file, at, Registry.FRAME_BYTES - 4);
      crc.update(file, at + Registry.FRAME_BYTES, size);
      bytes.putInt(at + Registry.FRAME_BYTES - 4, (int) crc.getValue());
      at += Registry.FRAME_BYTES + size;
    }
    return file;
  }
}
