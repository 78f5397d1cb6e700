package dev.mangru.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The worked examples of FORMAT.md.
final class FormatTest {

  private static final Sealed SEALED = new Sealed(1, new TimeRange(0, 7_199_999), 5, 6);

  private static final String PART =
      """
      4d 47 52 55 50 52 54 32
      01 00 00 00 01 00 00 00
      00 00 00 00 00 00 00 00 ff dc 6d 00 00 00 00 00
      05 00 00 00 00 00 00 00 06 00 00 00 00 00 00 00
      da df 8b c6
      00 00 00 00 00 00 00 00 00 00 00 00
      81
      20 14 04
      81
      20 b0 ea 01 b0 ea 01
      00 b0 ea 01
      07 00 00 00 00 00 00 00 40 00 00 00 00 00 00 00
      04
      0c
      06 20 02
      98 3a 00 00 00 00 00 00 30 75 00 00 00 00 02 00
      45 00 00 00 00 00 07 00
      98 3a 00 00 00 00 00 00 00 00 00 00 00 00 00 00
      4c 00 00 00 00 00 04 00
      32 ca c9 86 80 f1 4d 4f
      01 00 00 00 01 00 00 00
      00 00 00 00 00 00 00 00 ff dc 6d 00 00 00 00 00
      05 00 00 00 00 00 00 00 06 00 00 00 00 00 00 00
      98 3a 00 00 00 00 00 00 c8 af 00 00 00 00 00 00
      07 00 00 00 00 00 00 00
      03 00 00 00 02 00 00 00
      03 00 00 00 00 00 00 00
      95 00 00 00 00 00 00 00 02 00 00 00 e1 55 2d ef
      03 00 00 00
      50 00 00 00 00 00 00 00 10 00 00 00 00 00 00 00
      60 00 00 00 00 00 00 00 05 00 00 00 00 00 00 00
      65 00 00 00 00 00 00 00 30 00 00 00 00 00 00 00
      94 00 00 00 14 09 8f ab
      4d 47 52 55 50 52 54 32
      """;

  private static final String BLOCK =
      """
      4d 47 52 55 42 4c 4b 32
      01 00 00 00 01 00 00 00
      00 00 00 00 00 00 00 00 ff dc 6d 00 00 00 00 00
      05 00 00 00 00 00 00 00 06 00 00 00 00 00 00 00
      38 e9 b0 aa
      00 00 00 00 00 00 00 00 00 00 00 00
      81 81 81
      20 b0 ea 01 b0 ea 01
      00 00 00 00 00 00 00 00 40 00 00 00 00 00 00 00
      04 04 04
      98 3a 00 00 00 00 00 00 30 75 00 00 00 00 02 00
      43 00 00 00 00 00 07 00
      08 00 00 00 01 00 00 00
      00 00 00 00 00 00 00 00 23 00 00 00 00 00 00 00
      23 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00
      31
      00 01 31
      00 08 5f 5f 6e 61 6d 65 5f 5f
      00 01 62
      00 03 6a 6f 62
      00 02 6c 65
      00 02 75 70
      00 01 78
      00 01 79
      03 00 00 00
      01 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00
      03 00 00 00 02 00 00 00 02 00 00 00 00 00 00 00
      04 00 00 00 01 00 00 00 04 00 00 00 00 00 00 00
      02 05 06 07 00
      01 00 00 00
      00 00 00 00 02 00 00 00 01 00 00 00
      01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00
      01 02
      03 00 00 00 01 00 00 00 01 00 00 00 02 00 00 00
      00 01 00
      01 01 00
      00 00 00 00 01 00 00 00 02 00 00 00 02 00 00 00
      8c c9 e0 29 ba 06 56 e3
      01 00 00 00 01 00 00 00
      00 00 00 00 00 00 00 00 ff dc 6d 00 00 00 00 00
      05 00 00 00 00 00 00 00 06 00 00 00 00 00 00 00
      98 3a 00 00 00 00 00 00 c8 af 00 00 00 00 00 00
      09 00 00 00 00 00 00 00
      03 00 00 00 01 00 00 00
      03 00 00 00 00 00 00 00
      42 01 00 00 00 00 00 00 02 00 00 00 36 b6 d0 ae
      09 00 00 00
      4a 00 00 00 00 00 00 00 10 00 00 00 00 00 00 00
      5a 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00
      5d 00 00 00 00 00 00 00 18 00 00 00 00 00 00 00
      75 00 00 00 00 00 00 00 29 00 00 00 00 00 00 00
      9e 00 00 00 00 00 00 00 23 00 00 00 00 00 00 00
      c1 00 00 00 00 00 00 00 39 00 00 00 00 00 00 00
      fa 00 00 00 00 00 00 00 20 00 00 00 00 00 00 00
      1a 01 00 00 00 00 00 00 02 00 00 00 00 00 00 00
      1c 01 00 00 00 00 00 00 26 00 00 00 00 00 00 00
      f4 00 00 00 5c e5 13 2e
      4d 47 52 55 42 4c 4b 32
      """;

  private final CrashDisk disk = new CrashDisk(0);

  private static SampleColumns samples(double... values) {
    SampleColumns columns = new SampleColumns();
    for (int i = 0; i < values.length; i++) {
      columns.add(15_000L * (i + 1), values[i]);
    }
    return columns;
  }

  private String hex(Path path) throws IOException {
    return HexFormat.of().formatHex(BrokenFileTest.bytes(disk, path.getFileName().toString()));
  }

  @Test
  void the_part_of_the_example() throws IOException {
    Path path = disk.root().resolve("000005.part");
    try (PartWriter writer = new PartWriter(disk, path, SEALED)) {
      writer.add(7, samples(1, 1, 1));
      writer.add(8, samples(10, 12, 14));
      writer.add(40, samples(1));
      writer.finish();
    }
    assertThat(hex(path)).isEqualTo(PART.replaceAll("\\s", ""));
  }

  @Test
  void the_block_of_the_example() throws IOException {
    Path path = disk.root().resolve("000006.blk");
    try (BlockWriter writer = new BlockWriter(disk, path, SEALED)) {
      writer.add(Labels.of("__name__", "b", "job", "x", "le", "1"), samples(1, 1, 1));
      writer.add(Labels.of("__name__", "b", "job", "y", "le", "1"), samples(1, 1, 1));
      writer.add(Labels.of("__name__", "up", "job", "x"), samples(1, 1, 1));
      writer.finish();
    }
    assertThat(hex(path)).isEqualTo(BLOCK.replaceAll("\\s", ""));
  }
}
