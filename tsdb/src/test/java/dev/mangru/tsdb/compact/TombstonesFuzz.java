package dev.mangru.tsdb.compact;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.model.time.TimeRange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// For a fuzzer: any bytes are tombstones or corrupt, and tombstones come back from what they
/// write. The first byte of an input says whether the last four become the right checksum.
public final class TombstonesFuzz {

  private static final Path FILE = Path.of("/data/tombstones/000001.del");

  private TombstonesFuzz() {}

  /// Files of up to five deletions.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int count = 0; count < 6; count++) {
      List<Tombstone> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        List<LabelMatcher> matchers = new ArrayList<>();
        for (int m = 0; m <= i; m++) {
          Operator operator = List.of(Operator.values()).get(m % 4);
          matchers.add(LabelMatcher.of(operator, "label" + m, "a.*|b[0-9]+"));
        }
        all.add(new Tombstone(i + 5L, matchers, new TimeRange(-i, 1_790_000_000_000L), i * 7L));
      }
      byte[] file = Tombstones.NONE.plus(all).toBytes();
      byte[] seed = new byte[file.length + 1];
      System.arraycopy(file, 0, seed, 1, file.length);
      seed[0] = (byte) (count % 2);
      seeds.add(seed);
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 14) {
      return; // Tombstones.read refuses these
    }
    byte[] file = Arrays.copyOfRange(input, 1, input.length);
    if (input[0] != 0) {
      CRC32C crc = new CRC32C();
      crc.update(file, 0, file.length - 4);
      ByteBuffer.wrap(file)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(file.length - 4, (int) crc.getValue());
    }
    long before = FuzzTarget.allocated();
    Tombstones read;
    try {
      read = Tombstones.parse(file, FILE);
    } catch (CorruptDataException refused) {
      FuzzTarget.bounded(before, 20 * input.length); // regular expressions are large
      return;
    }
    FuzzTarget.bounded(before, 20 * input.length);
    try {
      if (!Tombstones.parse(read.toBytes(), FILE).all().equals(read.all())) {
        throw new AssertionError("written again they are others: " + read.all());
      }
    } catch (CorruptDataException e) {
      throw new AssertionError("what tombstones wrote is corrupt", e);
    }
  }
}
