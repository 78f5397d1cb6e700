package dev.mangru.server.self;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.server.testkit.LiveServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthTest {

  @Test
  void a_part_that_refuses_work_is_a_problem_but_not_broken() {
    Health health = new Health();
    health.watch(
        "metrics",
        () -> {
          throw new MangruException(ErrorCode.UNAVAILABLE, "the disk is full");
        },
        () -> null);
    assertThat(health.problems()).containsEntry("metrics", "the disk is full");
    assertThat(health.broken()).isEmpty();
  }

  @Test
  void a_part_whose_log_failed_is_both_and_says_the_way_out() {
    AtomicReference<IOException> cause = new AtomicReference<>();
    Health health = new Health();
    health.watch("metrics", () -> {}, cause::get);
    assertThat(health.broken()).isEmpty();
    cause.set(new IOException("input/output error"));
    assertThat(health.broken().get("metrics")).contains("input/output error", "start Mangru again");
    assertThat(health.problems()).containsOnlyKeys("metrics");
  }

  @Test
  void a_full_disk_makes_it_not_ready_and_asks_for_no_restart(@TempDir Path data) throws Exception {
    try (LiveServer server = new LiveServer(data, "--mangru.metrics.min-free=1000000TB")) {
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      HttpResponse<String> ready = server.get("/-/ready");
      while (ready.statusCode() == 200 && System.nanoTime() < deadline) {
        Thread.onSpinWait();
        ready = server.get("/-/ready");
      }
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).startsWith("metrics: ").contains("free");
      assertThat(server.get("/-/healthy").statusCode()).isEqualTo(200);
      assertThat(server.get("/api/v1/query?query=1").statusCode())
          .as("what is there can still be read")
          .isEqualTo(200);
    }
  }
}
