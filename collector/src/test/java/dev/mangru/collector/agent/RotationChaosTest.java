package dev.mangru.collector.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.collector.tail.LogFormat;
import dev.mangru.collector.tail.LogSource;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writers, rotations, a failing server and dying agents at once: nothing may be lost.
class RotationChaosTest {

  private static final Logger LOG = LoggerFactory.getLogger(RotationChaosTest.class);

  private static final int FILES = 4;
  private static final int LINES_PER_FILE = 25_000;
  private static final int KILLS = 6;

  /// Rotated files that are kept: more than the agent can be behind.
  private static final int KEPT = 40;

  @TempDir Path folder;

  /// Writes one file and rotates it by renaming, several times a second.
  private final class Writer implements Runnable {
    private final int number;
    private final Random random;
    private final AtomicBoolean failed;
    private int rotations;

    Writer(int number, AtomicBoolean failed) {
      this.number = number;
      this.random = new Random(number);
      this.failed = failed;
    }

    @Override
    public void run() {
      Path log = folder.resolve("logs/app" + number + ".log");
      try {
        int line = 0;
        while (line < LINES_PER_FILE) {
          try (FileChannel file =
              FileChannel.open(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            int until = Math.min(LINES_PER_FILE, line + 300 + random.nextInt(1_000));
            while (line < until) {
              StringBuilder text = new StringBuilder();
              for (int i = 0; i < 50 && line < until; i++) {
                text.append(name(number, line++)).append('\n');
              }
              ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
              // Torn writes: a line may be seen half.
              int torn = random.nextInt(bytes.limit());
              file.write(bytes.slice(0, torn));
              LockSupport.parkNanos(8_000_000);
              file.write(bytes.slice(torn, bytes.limit() - torn));
            }
          }
          rotate(log);
          rotations++;
        }
      } catch (IOException e) {
        failed.set(true);
        throw new UncheckedIOException(e);
      }
    }

    private void rotate(Path log) throws IOException {
      for (int i = KEPT; i >= 0; i--) {
        Path from = i == 0 ? log : log.resolveSibling(log.getFileName() + "." + i);
        if (Files.exists(from)) {
          Files.move(
              from,
              log.resolveSibling(log.getFileName() + "." + (i + 1)),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static String name(int file, int line) {
    return "file " + file + " line " + line + " of the storm that nobody may miss";
  }

  @Test
  void nothing_is_lost_through_rotation_outages_dropped_answers_and_killed_agents()
      throws Exception {
    Files.createDirectories(folder.resolve("logs"));
    Random chaos = new Random(7);
    try (HttpSink sink = new HttpSink()) {
      AtomicBoolean outage = new AtomicBoolean();
      Random answers = new Random(11);
      sink.behave((path, _, _) -> {
        if (outage.get()) {
          return 503;
        }
        synchronized (answers) {
          return path.equals("/v1/logs") && answers.nextInt(10) == 0 ? 0 : 200;
        }
      });
      AtomicBoolean failed = new AtomicBoolean();
      Agent agent = start(sink);
      List<Writer> writers = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      long start = System.nanoTime();
      for (int i = 0; i < FILES; i++) {
        Writer writer = new Writer(i, failed);
        writers.add(writer);
        threads.add(Thread.ofPlatform().name("writer-" + i).start(writer));
      }
      int kills = 0;
      while (threads.stream().anyMatch(Thread::isAlive)) {
        LockSupport.parkNanos(300_000_000L + chaos.nextInt(300_000_000));
        switch (chaos.nextInt(3)) {
          case 0 -> outage.set(true);
          case 1 -> outage.set(false);
          default -> {
            if (kills < KILLS) {
              kills++;
              agent.abandon();
              agent = start(sink);
            }
          }
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      outage.set(false);
      boolean all =
          Eventually.within(
              Duration.ofSeconds(30), () -> sink.counts().size() >= FILES * LINES_PER_FILE);
      agent.close();

      int lost = 0;
      long repeated = 0;
      for (int file = 0; file < FILES; file++) {
        for (int line = 0; line < LINES_PER_FILE; line++) {
          var count = sink.counts().get(name(file, line));
          if (count == null) {
            lost++;
          } else {
            repeated += count.get() - 1;
          }
        }
      }
      LOG.info(
          "{} lines in {} s, {} rotations, {} kills: {} lost, {} repeated",
          FILES * LINES_PER_FILE,
          Math.round(seconds),
          writers.stream().mapToInt(writer -> writer.rotations).sum(),
          kills,
          lost,
          repeated);
      assertThat(failed).isFalse();
      assertThat(lost).as("lost lines (all arrived: %s)", all).isZero();
      assertThat(sink.counts()).as("no line was torn").hasSize(FILES * LINES_PER_FILE);
      assertThat(kills).isPositive();
    }
  }

  private Agent start(HttpSink sink) throws IOException {
    AgentOptions options =
        AgentOptions.defaults(sink.uri(), folder.resolve("data"), "node-1")
            .withInterval(Duration.ofSeconds(1))
            .withMetrics(false)
            .withLogs(
                List.of(new LogSource(folder + "/logs/*.log", LogFormat.PLAIN, "test")), List.of());
    Agent agent = new Agent(options, InstantSource.system(), Ticker.SYSTEM);
    agent.start();
    return agent;
  }
}
