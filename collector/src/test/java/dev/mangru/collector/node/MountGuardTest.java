package dev.mangru.collector.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MountGuardTest {

  private static final NativeCalls.FileSystemSize SIZE =
      new NativeCalls.FileSystemSize(1, 2, 3, 4, 5);

  @Test
  void a_mount_that_never_answers_costs_one_thread_and_is_asked_again_when_it_is_back()
      throws Exception {
    CountDownLatch server = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    MountGuard.Call call =
        path -> {
          calls.incrementAndGet();
          if (path.equals("/dead")) {
            awaitServer(server);
          }
          return SIZE;
        };
    try (MountGuard guard = new MountGuard(call, Duration.ofMillis(50))) {
      assertThat(guard.size("/dead")).isNull();
      assertThat(guard.size("/alive")).isEqualTo(SIZE);
      for (int i = 0; i < 10; i++) {
        assertThat(guard.size("/dead")).isNull();
      }
      assertThat(calls).hasValue(2);
      assertThat(guard.stuckCount()).isEqualTo(1);

      server.countDown();
      while (guard.stuckCount() > 0) {
        Thread.onSpinWait();
      }
      assertThat(guard.size("/dead")).isEqualTo(SIZE);
    }
  }

  private static void awaitServer(CountDownLatch server) throws IOException {
    try {
      server.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void a_mount_that_refuses_is_an_error() throws IOException {
    MountGuard.Call call =
        path -> {
          throw new IOException("statvfs of " + path + " failed: errno 13");
        };
    try (MountGuard guard = new MountGuard(call, Duration.ofSeconds(5))) {
      assertThatThrownBy(() -> guard.size("/secret"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/secret");
    }
  }
}
