package dev.mangru.collector.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.collector.tail.LogFormat;
import dev.mangru.collector.tail.LogSource;
import dev.mangru.model.disk.Disk;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentConfigTest {

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return AgentMain.run(
        arguments,
        Map.of("NODE_NAME", "from-env"),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private Path config(String text) throws IOException {
    return Files.writeString(folder.resolve("agent.yaml"), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server: http://x:1\\nsrever: y|unknown key srever",
        "server: http://x:1\\nlogs: {inclde: []}|unknown key logs.inclde",
        "server: http://x:1\\nserver: http://y:1|duplicate key server",
        "server: ftp://x|http or https",
        "server: 'http://a b'|Illegal character",
        "interval: 10s|no server to send to",
        "server: http://x:1\\ninterval: fast|interval must be a duration",
        "server: http://x:1\\ninterval: 10ms|interval must be between",
        "server: http://x:1\\nmetrics: maybe|metrics must be true or false",
        "server: http://x:1\\nlogs: []|logs: must be a mapping",
        "server: http://x:1\\nlogs: {include: [relative.log]}|absolute path",
        "server: http://x:1\\nlogs: {include: [{path: /a.log, format: xml}]}|format must be one of",
        "server: http://x:1\\nlogs: {include: [{format: cri}]}|logs.include[0].path is required",
        "server: http://x:1\\nscrape: [{url: http://a}]|scrape[0].job is required",
        "server: http://x:1\\nscrape: [{job: a, url: http://a, timeout: 1h}]|timeout",
        "server: http://x:1\\nprobe: [{name: a, url: 'file:///etc'}]|http or https",
        "server: http://x:1\\nqueue: {bytes: many}|queue.bytes must be a whole number",
        "server: http://x:1\\nheaders: {a: [1]}|headers.a must be a text",
        "server: http://x:1\\nheaders: {Host: secret}|the header Host cannot be sent",
        "server: http://x:1\\nheaders: {a: \"secret\\x01\"}|the header a cannot be sent",
        "server: http://x:1\\nlogs: {exclude: [relative.log]}|absolute path: relative.log",
        "server: http://x:1\\ndocker: data|docker must be an absolute path: data",
        "server: http://x:1\\nlogs: {zone: Berlin}|logs.zone must be a time zone",
        "server: [|agent.yaml",
        "!!java.net.URL [\"http://x\"]|agent.yaml",
        "just text|must be a mapping",
      })
  void what_is_wrong_is_named_with_exit_code_78(String text, String message) throws IOException {
    Path file = config(text.replace("\\n", "\n"));
    assertThat(run("--config", file.toString(), "--check-config")).isEqualTo(AgentMain.CONFIG);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(message);
  }

  @Test
  void a_wrong_command_line_is_64_with_the_usage() {
    assertThat(run("--form", "x")).isEqualTo(AgentMain.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("unknown option --form", "usage:");
    assertThat(run("--to")).isEqualTo(AgentMain.USAGE);
    assertThat(run()).isEqualTo(AgentMain.CONFIG);
    assertThat(run("--help")).isEqualTo(AgentMain.OK);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("--check-config");
  }

  @Test
  void a_missing_file_is_named() {
    assertThat(run("--config", folder + "/none.yaml")).isEqualTo(AgentMain.CONFIG);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("none.yaml");
  }

  @Test
  void every_key_is_understood() throws Exception {
    Path file =
        config(
            """
            server: https://mangru.example:8080
            node: worker-1
            data: /tmp/agent
            interval: 1s
            metrics: false
            root: /host
            headers: {Authorization: Bearer abc}
            timeout: 3s
            queue: {bytes: 1000, age: 1h}
            logs:
              include: [/var/log/x.log, {path: /srv/app.log, format: cri, job: app}]
              exclude: [/var/log/y.log]
              poll: 100ms
              zone: Europe/Berlin
            scrape:
              - {job: app, url: "http://127.0.0.1:9000/metrics", interval: 2s, timeout: 1s, labels: {tier: web}}
            probe:
              - {name: shop, url: "https://shop.example/", interval: 2s, timeout: 1s, status: 204, text: ok, follow: true}
            """);
    AgentOptions options =
        AgentConfig.load(file, new AgentConfig.Overrides(null, null, "7s"), Map.of());
    assertThat(options.server()).isEqualTo(URI.create("https://mangru.example:8080"));
    assertThat(options.node()).isEqualTo("worker-1");
    assertThat(options.directory()).isEqualTo(Path.of("/tmp/agent"));
    assertThat(options.interval()).isEqualTo(Duration.ofSeconds(7));
    assertThat(options.metrics()).isFalse();
    assertThat(options.roots().proc()).isEqualTo(Path.of("/host/proc"));
    assertThat(options.headers()).containsExactly(Map.entry("Authorization", "Bearer abc"));
    assertThat(options.zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
    assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(options.queueBytes()).isEqualTo(1000);
    assertThat(options.queueAge()).isEqualTo(Duration.ofHours(1));
    assertThat(options.logs())
        .containsExactly(
            new LogSource("/var/log/x.log", LogFormat.PLAIN, "varlog"),
            new LogSource("/srv/app.log", LogFormat.CRI, "app"));
    assertThat(options.excludeLogs()).containsExactly("/var/log/y.log");
    assertThat(options.poll()).isEqualTo(Duration.ofMillis(100));
    assertThat(options.scrapes().getFirst().labels().get("tier")).isEqualTo("web");
    assertThat(options.probes().getFirst().expectedStatus()).isEqualTo(204);
  }

  @Test
  void docker_elsewhere_moves_names_and_the_default_logs() throws Exception {
    Path file = config("server: http://x:1\nroot: /host\ndocker: /data/docker\n");
    AgentOptions options =
        AgentConfig.load(file, new AgentConfig.Overrides(null, null, null), Map.of());
    assertThat(options.roots().docker()).isEqualTo(Path.of("/data/docker"));
    assertThat(options.logs())
        .contains(
            new LogSource("/data/docker/containers/*/*-json.log", LogFormat.DOCKER, "docker"));

    AgentOptions defaults =
        AgentOptions.defaults(URI.create("http://x:1"), folder, "n")
            .withDocker(Path.of("/data/docker"));
    assertThat(defaults.roots().docker()).isEqualTo(options.roots().docker());
    assertThat(defaults.logs()).isEqualTo(options.logs());

    List<LogSource> own = List.of(LogSource.of("/srv/app.log"));
    assertThat(defaults.withLogs(own, List.of()).withDocker(Path.of("/other")).logs())
        .isEqualTo(own);
  }

  @Test
  void a_data_folder_in_use_is_73_and_names_folder_and_holder() throws IOException {
    try (Closeable _ = Disk.REAL.lock(folder)) {
      assertThat(run("--to", "http://127.0.0.1:1", "--data", folder.toString()))
          .isEqualTo(AgentMain.CANNOT_CREATE);
    }
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("mangru agent: the data directory " + folder + " is in use by this process");
  }

  @Test
  void defaults_need_only_a_server() throws Exception {
    AgentOptions options =
        AgentConfig.load(
            null,
            new AgentConfig.Overrides("http://127.0.0.1:8080", null, null),
            Map.of("NODE_NAME", "n"));
    assertThat(options.node()).isEqualTo("n");
    assertThat(options.interval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(options.logs()).isEqualTo(LogSource.DEFAULTS);
    assertThat(options.metrics()).isTrue();
  }
}
