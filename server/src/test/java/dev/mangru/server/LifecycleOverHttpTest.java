package dev.mangru.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.server.testkit.LiveServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LifecycleOverHttpTest {

  @TempDir Path data;

  @Test
  void nothing_is_reloaded_or_ended_unless_it_is_switched_on() throws Exception {
    try (LiveServer server = new LiveServer(data)) {
      for (String page : new String[] {"/-/reload", "/-/quit"}) {
        HttpResponse<String> refused = server.post(page, new byte[0]);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).isEqualTo("Lifecycle API is not enabled.");
      }
      assertThat(server.get("/-/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void quitting_ends_the_server_in_good_order() throws Exception {
    try (LiveServer server = new LiveServer(data, "--mangru.http.lifecycle-api=true")) {
      HttpResponse<String> goodbye = server.post("/-/quit", new byte[0]);
      assertThat(goodbye.statusCode()).isEqualTo(200);
      assertThat(goodbye.body()).isEqualTo("Requesting termination... Goodbye!");
      server.running().awaitEnd();
    }
  }
}
