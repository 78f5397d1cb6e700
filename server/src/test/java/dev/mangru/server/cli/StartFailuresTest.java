package dev.mangru.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.server.testkit.LiveServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// What `mangru up` says and ends with when it cannot start: one line, the way out, no stack trace.
class StartFailuresTest {

  @TempDir Path folder;

  private record Outcome(int exitCode, String message) {}

  private Outcome up(String... arguments) {
    StringWriter errors = new StringWriter();
    CommandLine line = dev.mangru.server.Mangru.commandLine();
    line.setErr(new PrintWriter(errors, true));
    String[] all = new String[arguments.length + 2];
    all[0] = "up";
    all[1] = "--no-agent";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    int exitCode = line.execute(all);
    return new Outcome(exitCode, errors.toString());
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private Path config(String yaml) throws IOException {
    return Files.writeString(folder.resolve("mangru.yaml"), yaml);
  }

  private static void oneLine(Outcome outcome, int exitCode, String... words) {
    assertThat(outcome.message()).contains(words);
    assertThat(outcome.exitCode()).as(outcome.message()).isEqualTo(exitCode);
    assertThat(outcome.message().strip().lines()).hasSize(1);
  }

  @Test
  void an_unknown_configuration_key_is_named() throws IOException {
    Path file = config("mangru:\n  metrics:\n    retentoin: 3d\n");
    oneLine(
        up("--data", data(), "--port", "0", "--config", file.toString()),
        78,
        "unknown configuration key mangru.metrics.retentoin",
        "mangru.yaml");
  }

  @Test
  void a_key_outside_mangru_is_named() throws IOException {
    Path file = config("server:\n  port: 1\n");
    oneLine(up("--data", data(), "--config", file.toString()), 78, "unknown key \"server\"");
  }

  @Test
  void a_value_that_does_not_fit_is_named() throws IOException {
    Path file = config("mangru:\n  http:\n    max-body: huge\n");
    oneLine(
        up("--data", data(), "--port", "0", "--config", file.toString()),
        78,
        "mangru.http.max-body",
        "huge");
  }

  @Test
  void an_objective_that_makes_no_sense_is_named() throws IOException {
    Path file = config("mangru:\n  objectives:\n    - name: shop\n      target: 0.99\n");
    oneLine(
        up("--data", data(), "--port", "0", "--config", file.toString()),
        78,
        "objective shop needs exactly one of ratio, condition and probe");
  }

  @Test
  void a_configuration_file_that_is_not_there_is_named() {
    String file = folder.resolve("nowhere.yaml").toString();
    oneLine(up("--data", data(), "--config", file), 78, file);
  }

  @Test
  void an_address_of_the_network_is_refused_without_leave() throws IOException {
    Path file = config("mangru:\n  http:\n    address: 0.0.0.0\n");
    oneLine(
        up("--data", data(), "--port", "0", "--config", file.toString()),
        78,
        "0.0.0.0",
        "mangru.http.allow-remote");
  }

  @Test
  void a_port_in_use_is_named_with_the_way_out() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      oneLine(
          up("--data", data(), "--port", String.valueOf(taken.getLocalPort())),
          69,
          "port " + taken.getLocalPort(),
          "--port");
    }
  }

  @Test
  void a_data_directory_in_use_is_named_with_its_holder() {
    Path data = folder.resolve("shared");
    try (LiveServer _ = new LiveServer(data)) {
      oneLine(
          up("--data", data.toString(), "--port", "0"),
          74,
          data.toString(),
          "in use by",
          "process",
          "--data");
    }
  }

  @Test
  void a_data_directory_that_cannot_be_made_is_named() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    oneLine(
        up("--data", file.resolve("below").toString(), "--port", "0"),
        73,
        file.toString(),
        "--data");
  }

  @Test
  void an_unknown_option_is_a_usage_error() {
    Outcome outcome = up("--prot", "8080");
    assertThat(outcome.exitCode()).isEqualTo(64);
    assertThat(outcome.message()).contains("--prot", "mangru help");
  }

  @Test
  void what_was_written_is_there_after_a_restart() throws Exception {
    Path data = folder.resolve("kept");
    String query = LiveServer.path("/api/v1/query", "query", "kept");
    try (LiveServer first = new LiveServer(data)) {
      byte[] body =
          dev.mangru.server.testkit.Wire.snappy(
              dev.mangru.server.testkit.Wire.writeV1(
                  dev.mangru.model.metric.Labels.of("__name__", "kept"),
                  (double) System.currentTimeMillis(),
                  42));
      assertThat(
              first
                  .post(
                      "/api/v1/write",
                      body,
                      "Content-Type",
                      "application/x-protobuf",
                      "Content-Encoding",
                      "snappy")
                  .statusCode())
          .isEqualTo(204);
    }
    try (LiveServer second = new LiveServer(data)) {
      assertThat(second.get(query).body()).contains("\"42\"");
    }
  }
}
