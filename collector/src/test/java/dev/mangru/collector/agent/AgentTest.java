package dev.mangru.collector.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.collector.tail.LogFormat;
import dev.mangru.collector.tail.LogSource;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentTest {

  @TempDir Path folder;

  private AgentOptions options(HttpSink sink) {
    return AgentOptions.defaults(sink.uri(), folder.resolve("data"), "node-1")
        .withInterval(Duration.ofSeconds(1))
        .withMetrics(false)
        .withLogs(
            List.of(new LogSource(folder + "/logs/*.log", LogFormat.PLAIN, "test")), List.of());
  }

  private static Agent started(AgentOptions options) throws IOException {
    Agent agent = new Agent(options, InstantSource.system(), Ticker.SYSTEM);
    agent.start();
    return agent;
  }

  @Test
  void a_line_written_is_at_the_server_within_three_seconds() throws IOException {
    Path log = Files.createDirectories(folder.resolve("logs")).resolve("app.log");
    Files.writeString(log, "old line\n");
    try (HttpSink sink = new HttpSink();
        var _ = started(options(sink))) {
      assertThat(Eventually.within(Duration.ofSeconds(3), () -> sink.texts().contains("old line")))
          .isTrue();
      Files.writeString(log, "한국어 new line\n", StandardOpenOption.APPEND);
      assertThat(
              Eventually.within(Duration.ofSeconds(3), () -> sink.texts().contains("한국어 new line")))
          .isTrue();
      assertThat(sink.lines().getFirst().attributes())
          .containsEntry("log.file.path", log.toString())
          .containsEntry("host.name", "node-1")
          .containsEntry("job", "test");
    }
  }

  @Test
  void samples_about_the_agent_arrive_by_remote_write() throws IOException {
    try (HttpSink sink = new HttpSink();
        var _ = started(options(sink))) {
      assertThat(
              Eventually.within(
                  Duration.ofSeconds(3),
                  () ->
                      sink.samples().stream()
                          .anyMatch(sample ->
                              "mangru_agent_build_info".equals(sample.labels().get("__name__"))
                                  && "node-1".equals(sample.labels().get("instance")))))
          .isTrue();
    }
  }

  @Test
  void what_was_acknowledged_is_not_sent_again_by_the_next_agent() throws IOException {
    Path log = Files.createDirectories(folder.resolve("logs")).resolve("app.log");
    Files.writeString(log, "first\n");
    try (HttpSink sink = new HttpSink()) {
      try (var _ = started(options(sink))) {
        assertThat(Eventually.within(Duration.ofSeconds(3), () -> sink.texts().contains("first")))
            .isTrue();
        Files.writeString(log, "written just before the end\n", StandardOpenOption.APPEND);
      }
      assertThat(sink.texts()).containsExactly("first", "written just before the end");
      Files.writeString(log, "second\n", StandardOpenOption.APPEND);
      try (var _ = started(options(sink))) {
        assertThat(Eventually.within(Duration.ofSeconds(3), () -> sink.texts().contains("second")))
            .isTrue();
      }
      assertThat(sink.texts()).containsExactly("first", "written just before the end", "second");
    }
  }

  @Test
  void a_second_agent_in_the_same_folder_is_refused() throws IOException {
    try (HttpSink sink = new HttpSink();
        var _ = started(options(sink))) {
      Agent second = new Agent(options(sink), InstantSource.system(), Ticker.SYSTEM);
      assertThatThrownBy(second::start)
          .isInstanceOf(MangruException.class)
          .hasMessageContainingAll(folder.toString(), "in use by this process");
      second.close();
    }
  }
}
