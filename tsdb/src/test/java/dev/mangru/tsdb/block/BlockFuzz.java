package dev.mangru.tsdb.block;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.BytesDisk;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.FuzzTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// For a fuzzer: any bytes are a block or corrupt, to the check and to everything that asks for
/// samples, series and labels; what the check calls sound can be read.
public final class BlockFuzz {

  private static final Path PATH = Path.of("/crash-disk/000002.blk");

  /// Stands for a check that was not made: three of four inputs go without, which is quicker.
  private static final FileCheck UNCHECKED =
      new FileCheck(PATH, false, -1, -1, List.of(), List.of("not checked"));

  private static final List<List<LabelMatcher>> SELECTIONS =
      List.of(
          List.of(LabelMatcher.equal("__name__", "metric_1")),
          List.of(LabelMatcher.of(Operator.REGEX, "le", "1.*|0.1")),
          List.of(
              LabelMatcher.of(Operator.NOT_EQUAL, "job", "job-1"),
              LabelMatcher.of(Operator.NOT_REGEX, "zone", "b|c")),
          List.of());

  private BlockFuzz() {}

  /// Blocks of a few series, and one as it is.
  public static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (int seed = 0; seed < 80; seed++) {
      CrashDisk disk = new CrashDisk(seed);
      BlockFileTest.write(
          disk, PATH, FuzzFile.shortened(new RandomSeries(seed).byLabels(1 + seed % 5), seed));
      byte[] file = BrokenFileTest.bytes(disk, "000002.blk");
      byte[] input = FuzzFile.input(Footer.Kind.BLOCK, file);
      if (input.length < 900) {
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
    BytesDisk disk = FuzzFile.disk(PATH, Footer.Kind.BLOCK, input);
    FileCheck check = input.length % 4 == 0 ? BlockCheck.block(disk, PATH) : UNCHECKED;
    BlockFile block;
    try {
      block = BlockFile.open(disk, PATH);
    } catch (CorruptDataException corrupt) {
      expectUnsound(check, corrupt);
      return;
    }
    try {
      samples(block, check);
      for (List<LabelMatcher> matchers : SELECTIONS) {
        select(block, matchers, check);
      }
      labels(block, check);
    } finally {
      block.release();
    }
    FuzzTarget.bounded(before, 8 * input.length);
  }

  private static void expectUnsound(FileCheck check, CorruptDataException corrupt) {
    if (check.sound()) {
      throw new AssertionError("the check called it sound", corrupt);
    }
  }

  private static void samples(BlockFile block, FileCheck check) throws IOException {
    try {
      PartFuzz.read(block.cursor());
    } catch (CorruptDataException corrupt) {
      expectUnsound(check, corrupt);
    }
  }

  private static void select(BlockFile block, List<LabelMatcher> matchers, FileCheck check)
      throws IOException {
    try {
      int last = -1;
      for (int number : block.select(matchers)) {
        if (number <= last || number >= block.series()) {
          throw new AssertionError("series " + number + " selected after " + last);
        }
        last = number;
        Labels labels = block.labels(number);
        if (check.sound() && !LabelMatcher.allMatch(matchers, labels)) {
          throw new AssertionError(matchers + " selected " + labels);
        }
      }
      List<String> names = block.labelNames(matchers);
      if (!names.isEmpty()) {
        block.countByValue(names.getLast(), matchers);
      }
    } catch (CorruptDataException corrupt) {
      expectUnsound(check, corrupt);
    }
  }

  private static void labels(BlockFile block, FileCheck check) throws IOException {
    try {
      block.countByMetricName();
      block.find(Labels.of("__name__", "metric_2", "zone", "b"));
      for (String name : block.labelNames()) {
        block.labelValues(name);
      }
    } catch (CorruptDataException corrupt) {
      expectUnsound(check, corrupt);
    }
  }
}
