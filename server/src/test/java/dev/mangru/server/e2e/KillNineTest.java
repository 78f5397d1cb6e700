package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `kill -9` in the middle of writing, again and again: what was acknowledged is there, and every
/// start is clean.
class KillNineTest {

  private static final int CYCLES = Integer.getInteger("mangru.kill.cycles", 50);
  private static final long SEED = Long.getLong("mangru.seed", 20_261_121L);

  @TempDir Path folder;

  @Test
  void nothing_acknowledged_is_lost_over_fifty_kills() throws Exception {
    Random random = new Random(SEED);
    long firstMs = System.currentTimeMillis();
    AtomicLong metricsAcked = new AtomicLong();
    AtomicLong logsAcked = new AtomicLong();
    MangruProcess mangru =
        MangruProcess.start(folder.resolve("data"), "--no-agent", "--no-playground");
    try {
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        AtomicBoolean running = new AtomicBoolean(true);
        MangruProcess target = mangru;
        Thread metrics =
            Thread.ofVirtual().start(() -> writeMetrics(target, running, firstMs, metricsAcked));
        Thread logs =
            Thread.ofVirtual().start(() -> writeLogs(target, running, firstMs, logsAcked));
        Thread.sleep(100 + random.nextInt(900));
        mangru.kill();
        running.set(false);
        metrics.join();
        logs.join();
        mangru.restart("--no-agent", "--no-playground");
        if (cycle % 10 == 9 || cycle == CYCLES - 1) {
          assertMetrics(mangru, cycle, firstMs, metricsAcked.get());
          assertLogs(mangru, cycle, firstMs, logsAcked.get());
        }
      }
      assertThat(mangru.terminate()).isIn(0, 143);
      MangruProcess.Finished check = MangruProcess.run("check", mangru.data().toString());
      assertThat(check.exitCode()).as(check.output()).isZero();
    } finally {
      mangru.close();
    }
    System.out.printf(
        "kill -9: %d cycles, %d samples and %d lines acknowledged, none lost%n",
        CYCLES, metricsAcked.get(), logsAcked.get());
    assertThat(metricsAcked.get()).isGreaterThan(CYCLES);
    assertThat(logsAcked.get()).isGreaterThan(CYCLES);
  }

  /// Sample number n has value n and is n milliseconds after the first; one in flight may or may
  /// not be there, so it is sent again until it is acknowledged.
  private static void writeMetrics(
      MangruProcess mangru, AtomicBoolean running, long firstMs, AtomicLong acked) {
    while (running.get()) {
      try {
        long next = acked.get();
        byte[] body =
            new RemoteWriteBody()
                .sample(firstMs + next, (double) next, "__name__", "kill_nine_total")
                .snappy();
        HttpResponse<String> response =
            mangru.post(
                "/api/v1/write", "application/x-protobuf", body, "Content-Encoding", "snappy");
        if (response.statusCode() / 100 != 2) {
          throw new AssertionError(response.statusCode() + ": " + response.body());
        }
        acked.incrementAndGet();
      } catch (UncheckedIOException e) {
        return; // killed
      } catch (java.io.IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void writeLogs(
      MangruProcess mangru, AtomicBoolean running, long firstMs, AtomicLong acked) {
    while (running.get()) {
      try {
        long next = acked.get();
        String body =
            "{\"streams\":[{\"stream\":{\"app\":\"killed\"},\"values\":[[\"%d\",\"line number %d.\"]]}]}"
                .formatted((firstMs + next) * 1_000_000, next);
        HttpResponse<String> response =
            mangru.post(
                "/loki/api/v1/push", "application/json", body.getBytes(StandardCharsets.UTF_8));
        if (response.statusCode() / 100 != 2) {
          throw new AssertionError(response.statusCode() + ": " + response.body());
        }
        acked.incrementAndGet();
      } catch (UncheckedIOException e) {
        return; // killed
      }
    }
  }

  private static void assertMetrics(MangruProcess mangru, int cycle, long firstMs, long acked) {
    JsonNode series =
        mangru
            .json(
                "/api/v1/query?query=kill_nine_total%5B1d%5D&time="
                    + (firstMs + acked + 1_000) / 1000.0)
            .at("/data/result/0/values");
    assertThat(series.size())
        .as("samples after kill %d", cycle)
        .isBetween((int) acked, (int) acked + 1);
    for (int n = 0; n < acked; n++) {
      assertThat(series.get(n).get(1).asString()).isEqualTo(String.valueOf(n));
    }
  }

  private static void assertLogs(MangruProcess mangru, int cycle, long firstMs, long acked) {
    Set<String> found = new HashSet<>();
    int lines = 0;
    long startNs = firstMs * 1_000_000;
    long endNs = (firstMs + acked + 10) * 1_000_000;
    String cursor = "";
    do {
      JsonNode page =
          mangru.json(
              "/api/ui/logs/search?q=%s&start=%d&end=%d&limit=1000&direction=forward%s"
                  .formatted(MangruProcess.encode("{app=\"killed\"}"), startNs, endNs, cursor));
      for (JsonNode hit : page.get("hits")) {
        found.add(hit.get("line").asString());
        lines++;
      }
      JsonNode next = page.get("next");
      cursor =
          next == null || next.isNull() ? null : "&cursor=" + MangruProcess.encode(next.asString());
    } while (cursor != null);
    for (long n = 0; n < acked; n++) {
      assertThat(found).as("lines after kill %d", cycle).contains("line number " + n + ".");
    }
    // A line whose acknowledgement the kill cut off is sent again: at most one more for each kill.
    assertThat(lines - acked).as("lines stored twice").isBetween(0L, cycle + 2L);
  }
}
