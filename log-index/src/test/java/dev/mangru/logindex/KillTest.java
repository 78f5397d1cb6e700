package dev.mangru.logindex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore.Direction;
import dev.mangru.model.log.LogStore.Page;
import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.Labels;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that appends, commits and searches as fast as it can is killed with SIGKILL.
class KillTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final long NOW_NS = RecordIntake.nanos(NOW);
  private static final int ROUNDS = Integer.getInteger("mangru.kills", 3);

  @TempDir Path directory;

  private static LogIndexOptions options(Path directory) {
    return LogIndexOptions.defaults(directory)
        .withShard(Duration.ofHours(1))
        .withWriting(
            new LogIndexOptions.Writing(
                1 << 20, 1 << 20, 64 << 10, Duration.ofMillis(1), 1 << 16, 0));
  }

  /// The process to be killed: prints the number of each acknowledged batch.
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws IOException {
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
      int first = Integer.parseInt(arguments[1]);
      Random random = new Random(first);
      try (LogIndex index = LogIndex.open(options(Path.of(arguments[0])), CLOCK)) {
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              while (true) {
                try {
                  index.commit();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              }
            });
        for (int batch = first; ; batch++) {
          index.append(batch(batch, random));
          out.println(batch);
        }
      }
    }

    private static List<LogRecord> batch(int number, Random random) {
      List<LogRecord> records = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        records.add(
            new LogRecord(
                NOW_NS - random.nextLong(3 * 3_600_000_000_000L),
                Labels.of("app", "a" + i % 3),
                Severity.INFO,
                number + "/" + i + " " + Long.toHexString(random.nextLong()),
                Labels.empty()));
      }
      return records;
    }
  }

  @Test
  void a_killed_process_loses_and_doubles_nothing_that_it_acknowledged() throws Exception {
    Random random = new Random(1);
    Path logs = directory.resolve("logs");
    List<Integer> acknowledged = new ArrayList<>();
    int first = 0;
    for (int round = 0; round < ROUNDS; round++) {
      acknowledged.addAll(runAndKill(logs, first, 20 + random.nextInt(300)));
      first = acknowledged.getLast() + 10_000;
      try (LogIndex index = LogIndex.open(options(logs), CLOCK)) {
        List<String> found = keys(index);
        assertThat(found).doesNotHaveDuplicates();
        Set<String> there = new HashSet<>(found);
        for (int batch : acknowledged) {
          for (int i = 0; i < 20; i++) {
            assertThat(there).contains(batch + "/" + i);
          }
        }
      }
      assertThat(LogIndexCheck.check(logs).problems()).isEmpty();
    }
  }

  private static List<Integer> runAndKill(Path logs, int first, int batches) throws Exception {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                classPath,
                Victim.class.getName(),
                logs.toString(),
                Integer.toString(first))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<Integer> acknowledged = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(victim.getInputStream(), StandardCharsets.US_ASCII))) {
      String line = out.readLine();
      while (line != null && !line.isEmpty()) {
        acknowledged.add(Integer.parseInt(line));
        if (acknowledged.size() == batches) {
          // Process.destroyForcibly would close the pipe with acknowledgements still in it.
          victim.toHandle().destroyForcibly();
        }
        line = out.readLine();
      }
    } finally {
      victim.destroyForcibly().waitFor();
    }
    assertThat(acknowledged).as("the process ran").hasSizeGreaterThanOrEqualTo(batches);
    return acknowledged;
  }

  private static List<String> keys(LogIndex index) {
    LogQuery all = new LogQuery(0, Long.MAX_VALUE, List.of(), List.of(), Set.of());
    List<String> keys = new ArrayList<>();
    String cursor = null;
    do {
      Page page = index.search(all, Direction.NEWEST_FIRST, 50_000, cursor);
      page.hits()
          .forEach(hit -> {
            String line = hit.record().line();
            keys.add(line.substring(0, line.indexOf(' ')));
          });
      cursor = page.next();
    } while (cursor != null);
    return keys;
  }
}
