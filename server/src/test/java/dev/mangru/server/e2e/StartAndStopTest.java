package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.server.testkit.LiveServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What people meet when something is wrong with the way they start it: one line that says what to
/// do.
class StartAndStopTest {

  /// Threads of the JVM and of the HTTP clients' own pools, which end when nobody refers to them.
  private static final Pattern OTHERS =
      Pattern.compile(
          "(ForkJoinPool|VirtualThread-|MasterPoller|process reaper|Common-Cleaner|Attach"
              + "|HttpClient-|CachedSingleThreadScheduler-).*");

  @TempDir Path folder;

  @Test
  void a_port_in_use_is_named_with_the_way_out() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      MangruProcess.Finished run =
          MangruProcess.run("up", "--port", port, "--data", folder.toString(), "--no-agent");
      assertThat(run.exitCode()).isEqualTo(69);
      assertThat(run.output()).contains(port, "--port");
      assertThat(run.output()).doesNotContain("\tat ");
    }
  }

  @Test
  void a_data_directory_in_use_is_named_with_its_holder() throws Exception {
    try (MangruProcess first =
        MangruProcess.start(folder.resolve("data"), "--no-agent", "--no-playground")) {
      MangruProcess.Finished second =
          MangruProcess.run(
              "up",
              "--port",
              String.valueOf(MangruProcess.freePort()),
              "--data",
              first.data().toString(),
              "--no-agent");
      assertThat(second.exitCode()).isIn(73, 74);
      assertThat(second.output()).contains(first.data().toString(), "in use");
      assertThat(second.output()).doesNotContain("\tat ");
    }
  }

  @Test
  void a_data_directory_that_is_a_file_is_refused() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    MangruProcess.Finished run =
        MangruProcess.run(
            "up",
            "--port",
            String.valueOf(MangruProcess.freePort()),
            "--data",
            file.toString(),
            "--no-agent");
    assertThat(run.exitCode()).isIn(73, 74);
    assertThat(run.output()).contains(file.toString());
    assertThat(run.output()).doesNotContain("\tat ");
  }

  @Test
  void an_unknown_configuration_key_is_named() throws Exception {
    MangruProcess.Finished run = upWith("mangru:\n  metrics:\n    retentoin: 30d\n");
    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.output()).contains("retentoin");
    assertThat(run.output()).doesNotContain("\tat ");
  }

  @Test
  void a_configuration_file_that_is_not_yaml_is_refused_with_line_and_column() throws Exception {
    MangruProcess.Finished run = upWith("mangru:\n  metrics: [\n");
    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.output()).containsIgnoringCase("line ");
    assertThat(run.output()).doesNotContain("\tat ");
  }

  @Test
  void an_unknown_option_is_a_usage_error() throws Exception {
    MangruProcess.Finished run = MangruProcess.run("up", "--prot", "9000");
    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.output()).contains("--prot");
  }

  @Test
  void ctrl_c_ends_it_cleanly_and_the_data_directory_is_sound() throws Exception {
    Path data = folder.resolve("data");
    try (MangruProcess mangru = MangruProcess.start(data, "--no-agent", "--no-playground")) {
      byte[] body =
          new RemoteWriteBody()
              .sample(System.currentTimeMillis(), 1, "__name__", "last_words")
              .snappy();
      assertThat(
              mangru
                  .post(
                      "/api/v1/write", "application/x-protobuf", body, "Content-Encoding", "snappy")
                  .statusCode())
          .isIn(200, 204);
      assertThat(mangru.terminate()).isIn(0, 130, 143);
      MangruProcess.Finished check = MangruProcess.run("check", data.toString());
      assertThat(check.exitCode()).as(check.output()).isZero();
      mangru.restart("--no-agent", "--no-playground");
      assertThat(mangru.query("last_words").size()).isEqualTo(1);
    }
  }

  @Test
  void a_check_of_a_broken_directory_names_the_file_and_the_offset() throws Exception {
    Path data = folder.resolve("data");
    try (MangruProcess mangru = MangruProcess.start(data, "--no-agent", "--no-playground")) {
      byte[] body =
          new RemoteWriteBody()
              .sample(System.currentTimeMillis(), 1, "__name__", "to_be_broken")
              .snappy();
      mangru.post("/api/v1/write", "application/x-protobuf", body, "Content-Encoding", "snappy");
      mangru.terminate();
    }
    flipABitIn(data);
    MangruProcess.Finished check = MangruProcess.run("check", data.toString());
    assertThat(check.exitCode()).isEqualTo(1);
    assertThat(check.output()).contains("offset").containsAnyOf("expected", "found");
  }

  @Test
  void ctrl_c_ends_it_with_a_playground_too_and_the_next_start_finds_the_same_cluster()
      throws Exception {
    try (MangruProcess mangru = MangruProcess.start(folder.resolve("data"), "--no-agent")) {
      String created = created(mangru);
      assertThat(mangru.terminate()).isIn(0, 130, 143);
      MangruProcess.Finished check = MangruProcess.run("check", mangru.data().toString());
      assertThat(check.exitCode()).as(check.output()).isZero();
      mangru.restart("--no-agent");
      assertThat(created(mangru)).isEqualTo(created);
    }
  }

  /// When the shop was created, as soon as it is known.
  private static String created(MangruProcess mangru) throws Exception {
    AtomicReference<String> created = new AtomicReference<>("");
    MangruProcess.await(
        Duration.ofSeconds(60),
        "the shop in the playground",
        () -> {
          for (JsonNode workload : mangru.json("/api/ui/cluster").get("workloads")) {
            if (workload.get("name").asString().equals("web")) {
              created.set(workload.get("created").asString());
            }
          }
          return !created.get().isEmpty();
        });
    return created.get();
  }

  @Test
  void two_can_run_side_by_side_and_a_clean_stop_leaves_no_thread_of_ours() throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    for (int round = 0; round < 2; round++) {
      try (LiveServer one =
              new LiveServer(folder.resolve("one"), "--mangru.cluster.playground.enabled=true");
          LiveServer other =
              new LiveServer(folder.resolve("other"), "--mangru.cluster.playground.enabled=true")) {
        assertThat(one.get("/-/ready").statusCode()).isEqualTo(200);
        assertThat(other.get("/-/ready").statusCode()).isEqualTo(200);
      }
    }
    AtomicReference<List<String>> left = new AtomicReference<>(List.of());
    MangruProcess.await(
        Duration.ofSeconds(30),
        () -> "the end of the threads " + left.get(),
        () -> {
          left.set(
              Thread.getAllStackTraces().keySet().stream()
                  .filter(thread -> !before.contains(thread))
                  .map(Thread::getName)
                  .filter(name -> !OTHERS.matcher(name).matches())
                  .sorted()
                  .toList());
          return left.get().isEmpty();
        });
  }

  /// In the header of the largest file of the metric store, where no torn tail can explain it.
  private static void flipABitIn(Path data) throws IOException {
    Path victim;
    try (var files = Files.walk(data)) {
      victim =
          files
              .filter(
                  file -> file.toString().endsWith(".log") && file.toString().contains("metrics"))
              .filter(file -> file.toFile().length() > 0)
              .findFirst()
              .orElseThrow();
    }
    byte[] content = Files.readAllBytes(victim);
    content[3] ^= 4;
    Files.write(victim, content);
  }

  private MangruProcess.Finished upWith(String configuration) throws Exception {
    Path config = Files.writeString(folder.resolve("mangru.yaml"), configuration);
    return MangruProcess.run(
        "up",
        "--port",
        String.valueOf(MangruProcess.freePort()),
        "--data",
        folder.resolve("data").toString(),
        "--config",
        config.toString(),
        "--no-agent");
  }
}
