package dev.mangru.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class UpRunTest {

  @Test
  void options_with_their_values_behind_them_are_read() {
    assertThat(UpRun.plain("up")).contains(new UpRun(null, null, null, true, true));
    assertThat(
            UpRun.plain(
                "up",
                "--port",
                "9090",
                "--no-agent",
                "--data",
                "/tmp/some where",
                "--config",
                "m.yaml",
                "--no-playground"))
        .contains(new UpRun(9090, Path.of("/tmp/some where"), Path.of("m.yaml"), false, false));
  }

  @Test
  void whatever_is_not_plain_is_left_to_the_command_line() {
    assertThat(UpRun.plain()).isEmpty();
    assertThat(UpRun.plain("check", "DIR")).isEmpty();
    assertThat(UpRun.plain("up", "--help")).isEmpty();
    assertThat(UpRun.plain("up", "--port=9090")).isEmpty();
    assertThat(UpRun.plain("up", "--port")).isEmpty();
    assertThat(UpRun.plain("up", "--port", "http")).isEmpty();
    assertThat(UpRun.plain("up", "--port", "--no-agent")).isEmpty();
    assertThat(UpRun.plain("up", "--port", "1", "--port", "2")).isEmpty();
    assertThat(UpRun.plain("up", "--data", "\0")).isEmpty();
    assertThat(UpRun.plain("up", "--prot", "8080")).isEmpty();
    assertThat(UpRun.plain("up", "extra")).isEmpty();
  }
}
