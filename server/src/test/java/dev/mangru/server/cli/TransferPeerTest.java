package dev.mangru.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.disk.Disk;
import dev.mangru.tsdb.transfer.prometheus.PrometheusBlocks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/// The real promtool makes blocks of a text file; our reading of the text and our reading of the
/// blocks must come to the same samples, bit for bit.
@EnabledIfEnvironmentVariable(
    named = "MANGRU_PEERS",
    matches = ".+",
    disabledReason = "set MANGRU_PEERS to a folder with usr/bin/promtool")
final class TransferPeerTest {

  @TempDir Path folder;

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int series = 0; series < 60; series++) {
      String name = "m" + series % 7 + (series % 7 == 0 ? "_total" : "");
      long timeMs = 1_600_000_000_000L + random.nextInt(1_000_000);
      double value = random.nextInt(1000);
      int count = random.nextInt(400);
      int step = 1 + random.nextInt(60_000);
      for (int i = 0; i < count; i++) {
        timeMs += random.nextInt(3) == 0 ? step : 1 + random.nextInt(2 * step);
        value =
            switch (random.nextInt(6)) {
              case 0 -> random.nextDouble() * 1e9;
              case 1 -> value + random.nextInt(50);
              case 2 -> -0.0;
              default -> value;
            };
        String shown =
            random.nextInt(50) == 0
                ? new String[] {"NaN", "+Inf", "-Inf"}[random.nextInt(3)]
                : Double.toString(value);
        text.append(
            "%s{job=\"j\\n%d\",pod=\"포드\"} %s %d.%03d%n"
                .formatted(name, series, shown, timeMs / 1000, timeMs % 1000));
      }
    }
    return text.append("# EOF\n").toString();
  }

  @Test
  void promtools_blocks_hold_what_we_read_from_the_same_text()
      throws IOException, InterruptedException {
    for (int seed = 0; seed < 3; seed++) {
      Path file = folder.resolve("in-" + seed + ".txt");
      Path blocks = folder.resolve("blocks-" + seed);
      Files.writeString(file, text(new Random(seed)));
      promtool("tsdb", "create-blocks-from", "openmetrics", file.toString(), blocks.toString());
      ToldSamples ours = new ToldSamples();
      try (InputStream in = Files.newInputStream(file)) {
        new ExpositionFile("in", in, 0, ExpositionFile.Format.OPENMETRICS).read(ours);
      }
      ToldSamples theirs = new ToldSamples();
      PrometheusBlocks.open(Disk.REAL, blocks).read(theirs);
      assertThat(theirs.series()).hasSizeGreaterThan(50).isEqualTo(ours.series());
    }
  }

  private void promtool(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = Path.of(System.getenv("MANGRU_PEERS"), "usr/bin/promtool").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Path log = folder.resolve("promtool.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }
}
