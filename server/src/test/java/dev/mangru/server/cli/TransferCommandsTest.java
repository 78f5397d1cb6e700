package dev.mangru.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.MetricStoreAdmin;
import dev.mangru.server.Mangru;
import dev.mangru.server.config.DataDirectory;
import dev.mangru.server.testkit.LiveServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `mangru import`, `mangru export` and `mangru check --repair`, as people meet them.
final class TransferCommandsTest {

  @TempDir Path folder;

  private record Outcome(int exitCode, String output) {}

  private static Outcome mangru(Object... arguments) {
    StringWriter text = new StringWriter();
    CommandLine line = Mangru.commandLine();
    PrintWriter writer = new PrintWriter(text);
    line.setOut(writer);
    line.setErr(writer);
    int exitCode = line.execute(Stream.of(arguments).map(Object::toString).toArray(String[]::new));
    return new Outcome(exitCode, text.toString());
  }

  private static Outcome succeeds(Object... arguments) {
    Outcome outcome = mangru(arguments);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    return outcome;
  }

  /// Six days of three series, the last of them counters with start times.
  private static String page() {
    long end = Instant.now().getEpochSecond() - 60;
    StringBuilder text = new StringBuilder("# TYPE hits counter\n# HELP hits Visits.\n");
    for (long time = end - 6 * 86_400; time < end; time += 900) {
      text.append("hits_total{job=\"웹\"} ").append(time % 777).append(' ').append(time);
      text.append("\nhits_created{job=\"웹\"} ").append(end - 7 * 86_400).append(' ');
      text.append(time).append('\n');
    }
    for (long time = end - 6 * 86_400; time < end; time += 900) {
      text.append("load{host=\"a\"} ").append(time % 13 / 7.0).append(' ').append(time);
      text.append('\n');
    }
    text.append("load{host=\"b\"} NaN ").append(end).append('\n');
    return text.append("# EOF\n").toString();
  }

  @Test
  void an_export_imported_elsewhere_exports_the_same_bytes() throws IOException {
    Path file = folder.resolve("in.txt");
    Files.writeString(file, page());
    Path first = folder.resolve("first");
    Outcome imported = succeeds("import", "--data", first, "--openmetrics", file);
    assertThat(imported.output())
        .contains("read 1,153 samples of 3 series", "imported 1,153", "already there 0")
        .doesNotContain("refused");
    Path one = folder.resolve("one.txt");
    succeeds("export", "--data", first, "--format", "openmetrics", one);
    Path second = folder.resolve("second");
    succeeds("import", "--data", second, "--openmetrics", one);
    Path two = folder.resolve("two.txt");
    succeeds("export", "--data", second, "--format", "openmetrics", two);
    assertThat(Files.readString(two))
        .isEqualTo(Files.readString(one))
        .startsWith("# TYPE hits counter\n# HELP hits Visits.\n");
    Outcome again = succeeds("import", "--data", first, "--openmetrics", one);
    assertThat(again.output()).contains("imported 0", "already there 1,153");
    assertThat(first.resolve("import.tmp")).doesNotExist();
    Outcome lines =
        succeeds("export", "--data", first, "--format", "jsonl", "--match", "load{host='b'}", "-");
    assertThat(lines.output())
        .startsWith("{\"metric\":{\"__name__\":\"load\",\"host\":\"b\"},\"values\":[null],")
        .contains("exported 1 samples of 1 series");
  }

  @Test
  void exemplars_come_and_go_with_their_samples() throws IOException {
    long now = Instant.now().getEpochSecond() - 60;
    String page =
        """
        # TYPE hits counter
        hits_total 1 %1$d # {trace_id="a"} 0.5 %2$d
        hits_total 2 %3$d
        # EOF
        """
            .formatted(now, now - 2, now + 15);
    Path file = folder.resolve("in.txt");
    Files.writeString(file, page);
    Path data = folder.resolve("data");
    assertThat(succeeds("import", "--data", data, "--openmetrics", file).output())
        .contains("imported 1 of the last 1 exemplars");
    Path out = folder.resolve("out.txt");
    assertThat(succeeds("export", "--data", data, "--format", "openmetrics", out).output())
        .contains("exported 1 exemplars");
    assertThat(Files.readString(out)).isEqualTo(page);
    assertThat(succeeds("check", data).output()).contains("exemplars");
  }

  @Test
  void a_tenant_gets_and_gives_samples_of_its_own() throws IOException {
    Path file = folder.resolve("in.txt");
    Files.writeString(file, page());
    Path data = folder.resolve("data");
    Outcome imported =
        succeeds("import", "--data", data, "--tenant", "shop", "--openmetrics", file);
    assertThat(imported.output()).contains("imported 1,153");
    Path one = folder.resolve("one.txt");
    succeeds("export", "--data", data, "--tenant", "shop", "--format", "openmetrics", one);
    assertThat(Files.readString(one)).startsWith("# TYPE hits counter\n# HELP hits Visits.\n");
    assertThat(succeeds("export", "--data", data, "--format", "openmetrics", "-").output())
        .contains("exported 0 samples");
    assertThat(succeeds("check", data).output()).contains("tenants/000001");
    Outcome nobody =
        mangru("export", "--data", data, "--tenant", "bank", "--format", "openmetrics", "-");
    assertThat(nobody.exitCode()).isEqualTo(74);
    assertThat(nobody.output()).contains("has no tenant bank");
    assertThat(mangru("import", "--data", data, "--tenant", "../x", "--text", file).exitCode())
        .isEqualTo(74);
  }

  @Test
  void the_samples_of_a_running_server_are_exported() throws Exception {
    Path file = folder.resolve("in.txt");
    Files.writeString(file, page());
    Path data = folder.resolve("data");
    succeeds("import", "--data", data, "--tenant", "shop", "--openmetrics", file);
    try (LiveServer server = new LiveServer(data, "--mangru.metrics.admin-api=true")) {
      String[] export = {
        "export", "--data", data.toString(), "--tenant", "shop", "--format", "jsonl", "--url"
      };
      Stream<String> here = Stream.concat(Stream.of(export), Stream.of(server.uri("").toString()));
      Outcome outcome = mangru(Stream.concat(here, Stream.of("-")).toArray());
      assertThat(outcome.exitCode()).as(outcome.output()).isZero();
      assertThat(outcome.output())
          .contains("{\"metric\":{\"__name__\":\"hits_total\"", "exported 1,153 samples of 3");
      assertThat(data.resolve("tenants/000001/metrics/snapshots")).isEmptyDirectory();
      Stream<String> elsewhere =
          Stream.concat(Stream.of(export), Stream.of("http://127.0.0.1:1", "-"));
      assertThat(mangru(elsewhere.toArray()).output()).contains("cannot reach the server");
    }
  }

  @Test
  void a_running_server_takes_what_is_older_than_its_newest_sample() throws Exception {
    Path file = folder.resolve("in.txt");
    Files.writeString(file, page());
    Path data = folder.resolve("data");
    try (LiveServer server = new LiveServer(data, "--mangru.metrics.admin-api=true")) {
      String[] tenant = {"--tenant", "shop", "--url", server.uri("").toString()};
      Outcome newest = with(tenant, "import", "--text", text("load{host=\"a\"} 7 %d\n"));
      assertThat(newest.output()).contains("imported 1");
      Outcome imported = with(tenant, "import", "--openmetrics", file.toString());
      assertThat(imported.output())
          .contains("read 1,153 samples of 3 series", "imported 1,153", "already there 0")
          .doesNotContain("refused");
      assertThat(with(tenant, "import", "--openmetrics", file.toString()).output())
          .contains("imported 0", "already there 1,153");
      String query = LiveServer.path("/api/v1/query", "query", "count_over_time(load[7d])");
      HttpRequest.Builder asked =
          HttpRequest.newBuilder(server.uri(query)).header("X-Scope-OrgID", "shop");
      assertThat(server.send(asked).body()).contains("\"host\":\"a\"},\"value\":[", ",\"577\"]");
      String about = LiveServer.path("/api/v1/metadata", "metric", "hits");
      HttpRequest.Builder told =
          HttpRequest.newBuilder(server.uri(about)).header("X-Scope-OrgID", "shop");
      assertThat(server.send(told).body()).contains("\"help\":\"Visits.\"");
      assertThat(server.get(query).body()).contains("\"result\":[]");
    }
    assertThat(data.resolve("tenants/000001/import.tmp")).doesNotExist();
    Outcome exported =
        succeeds("export", "--data", data, "--tenant", "shop", "--format", "jsonl", "-");
    assertThat(exported.output()).contains("exported 1,154 samples of 3 series");
    assertThat(succeeds("check", data).output()).contains("sound: " + data);
  }

  private static Outcome with(String[] more, String... arguments) {
    return succeeds(Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(Object[]::new));
  }

  private String text(String line) throws IOException {
    Path file = folder.resolve("text.txt");
    Files.writeString(file, line.formatted(Instant.now().toEpochMilli()));
    return file.toString();
  }

  @Test
  void exemplars_go_to_a_running_server_too() throws Exception {
    long now = Instant.now().getEpochSecond() - 60;
    Path file = folder.resolve("in.txt");
    Files.writeString(
        file,
        """
        # TYPE hits counter
        hits_total 1 %1$d # {trace_id="a"} 0.5 %2$d
        # EOF
        """
            .formatted(now, now - 2));
    Path data = folder.resolve("data");
    try (LiveServer server = new LiveServer(data, "--mangru.metrics.admin-api=true")) {
      Outcome outcome = mangru("import", "--url", server.uri(""), "--openmetrics", file);
      assertThat(outcome.output()).contains("imported 1 of the last 1 exemplars");
      String asked =
          LiveServer.path(
              "/api/v1/query_exemplars", "query", "hits_total", "start", now - 9, "end", now);
      assertThat(server.get(asked).body()).contains("\"trace_id\":\"a\"");
    }
  }

  @Test
  void a_server_that_is_not_told_to_or_not_there_takes_nothing() throws Exception {
    Path file = folder.resolve("in.txt");
    Files.writeString(file, page());
    try (LiveServer server = new LiveServer(folder.resolve("data"))) {
      Outcome off = mangru("import", "--url", server.uri(""), "--openmetrics", file);
      assertThat(off.exitCode()).isEqualTo(74);
      assertThat(off.output()).contains("answered 503", "admin APIs disabled", "0 samples were");
    }
    Outcome nobody = mangru("import", "--url", "http://127.0.0.1:1", "--openmetrics", file);
    assertThat(nobody.output()).contains("cannot reach the server at http://127.0.0.1:1");
    Outcome both =
        mangru("import", "--url", "http://127.0.0.1:1", "--data", folder, "--openmetrics", file);
    assertThat(both.output()).contains("leave out --data and --retention");
  }

  @Test
  void what_is_no_piece_of_an_import_is_refused_by_the_server() throws Exception {
    try (LiveServer server =
        new LiveServer(folder.resolve("data"), "--mangru.metrics.admin-api=true")) {
      String path = "/api/v1/admin/tsdb/import";
      String type = MetricStoreAdmin.PIECE_TYPE;
      HttpResponse<String> other = server.post(path, new byte[3], "Content-Type", "text/plain");
      assertThat(other.statusCode()).isEqualTo(415);
      assertThat(other.body()).contains("not text/plain", "mangru import --url");
      HttpResponse<String> bytes = server.post(path, new byte[99], "Content-Type", type);
      assertThat(bytes.statusCode()).isEqualTo(400);
      assertThat(bytes.body()).contains("this is no piece of an import");
      HttpResponse<String> large =
          server.post(path, new byte[(64 << 20) + 1], "Content-Type", type);
      assertThat(large.statusCode()).isEqualTo(413);
      assertThat(large.body()).contains("exceeds the limit of 67108864");
      HttpResponse<String> name =
          server.post(path, new byte[99], "Content-Type", type, "X-Scope-OrgID", "../x");
      assertThat(name.statusCode()).isEqualTo(400);
    }
  }

  @Test
  void a_directory_in_use_is_refused() throws IOException {
    Path file = folder.resolve("in.txt");
    Files.writeString(file, page());
    Path data = folder.resolve("data");
    try (DataDirectory _ = DataDirectory.take(data)) {
      Outcome outcome = mangru("import", "--data", data, "--openmetrics", file);
      assertThat(outcome.exitCode()).isEqualTo(74);
      assertThat(outcome.output()).contains("is in use by this process: stop it first");
    }
  }

  @Test
  void a_wrong_file_changes_nothing_and_names_the_line() throws IOException {
    Path file = folder.resolve("in.txt");
    Files.writeString(file, "up 1 1700000000\nup 1\n# EOF\n");
    Path data = folder.resolve("data");
    Outcome outcome = mangru("import", "--data", data, "--openmetrics", file);
    assertThat(outcome.exitCode()).isEqualTo(74);
    assertThat(outcome.output()).contains(file + ", line 2: the sample has no timestamp");
    assertThat(mangru("import", "--data", data, "--openmetrics", folder.resolve("no")).output())
        .contains("is not there or cannot be read");
    assertThat(mangru("import", "--data", data).exitCode()).isEqualTo(64);
    assertThat(mangru("export", "--data", data, "--format", "csv", "-").output())
        .contains("unknown format \"csv\": openmetrics and jsonl are supported");
  }

  @Test
  void old_samples_are_refused_with_a_count() throws IOException {
    Path file = folder.resolve("in.txt");
    Files.writeString(file, "up 1 1000\nup 1 2000\n# EOF\n");
    Outcome outcome = succeeds("import", "--data", folder.resolve("data"), "--openmetrics", file);
    assertThat(outcome.output())
        .contains("imported 0", "refused 2: sample too old: the oldest accepted time is ");
  }

  @Test
  void a_repair_saves_what_is_sound_and_tells_the_loss() throws IOException {
    Path file = folder.resolve("in.txt");
    Files.writeString(file, page());
    Path data = folder.resolve("data");
    succeeds("import", "--data", data, "--openmetrics", file);
    assertThat(succeeds("check", data).output()).contains("sound: " + data);
    Path block = firstBlock(data);
    byte[] bytes = Files.readAllBytes(block);
    bytes[bytes.length / 4] ^= 2;
    Files.write(block, bytes);
    Outcome broken = mangru("check", data);
    assertThat(broken.exitCode()).isEqualTo(1);
    assertThat(broken.output()).contains("metrics: PROBLEM " + block + " at offset ");
    Outcome repaired = succeeds("check", data, "--repair");
    assertThat(repaired.output())
        .contains("metrics: REPAIRED " + block + ": ", "samples are lost", "sound: " + data);
    assertThat(data.resolve("metrics/quarantine").resolve(block.getFileName()))
        .hasBinaryContent(bytes);
    assertThat(succeeds("check", data, "--repair").output()).doesNotContain("REPAIRED");
  }

  private static Path firstBlock(Path data) {
    try (Stream<Path> files = Files.list(data.resolve("metrics/blocks"))) {
      return files.sorted().findFirst().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
