package dev.mangru.tsdb.block;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.BytesDisk;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// For a fuzzer: any bytes are a part or corrupt, what the check calls sound can be read, and what
/// cannot be read is not called sound.
public final class PartFuzz {

  private static final Path PATH = Path.of("/crash-disk/000001.part");

  private PartFuzz() {}

  /// Parts of a few series, and one as it is.
  public static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (int seed = 0; seed < 60; seed++) {
      CrashDisk disk = new CrashDisk(seed);
      PartFileTest.write(
          disk, PATH, FuzzFile.shortened(new RandomSeries(seed).byRef(1 + seed % 4), seed));
      byte[] file = BrokenFileTest.bytes(disk, "000001.part");
      byte[] input = FuzzFile.input(Footer.Kind.PART, file);
      if (input.length < 700) {
        seeds.add(input);
      }
      if (seed == 0) {
        byte[] whole = new byte[file.length + 1];
        System.arraycopy(file, 0, whole, 1, file.length);
        seeds.add(whole);
      }
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    long before = FuzzTarget.allocated();
    BytesDisk disk = FuzzFile.disk(PATH, Footer.Kind.PART, input);
    IOException failure = null;
    try {
      PartFile part = PartFile.open(disk, PATH);
      try {
        ChunkCursor cursor = part.cursor();
        read(cursor);
        cursor.seek((int) part.samples());
      } finally {
        part.release();
      }
    } catch (CorruptDataException corrupt) {
      failure = corrupt;
    }
    if (input.length % 4 == 0 && BlockCheck.part(disk, PATH).sound() && failure != null) {
      throw new AssertionError("the check called it sound", failure);
    }
    FuzzTarget.bounded(before, 4 * input.length);
  }

  /// Reads everything, and parts of it.
  static void read(ChunkCursor cursor) throws IOException {
    SampleColumns columns = new SampleColumns();
    while (cursor.next()) {
      columns.clear();
      cursor.read(TimeRange.ALL, columns);
      if (columns.count() > 2) {
        long middleMs = columns.timesMs()[columns.count() / 2];
        columns.clear();
        cursor.read(new TimeRange(middleMs, Long.MAX_VALUE), columns);
      }
    }
  }
}
