package dev.mangru.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.server.Mangru;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// `mangru check` and `mangru rules`, as people meet them.
class CheckCommandTest {

  private static final String RULES =
      """
      groups:
      - name: g
        rules:
        - alert: Down
          expr: up == 0
      """;

  @TempDir Path folder;

  private record Outcome(int exitCode, String output) {}

  private static Outcome mangru(String... arguments) {
    StringWriter text = new StringWriter();
    CommandLine line = Mangru.commandLine();
    PrintWriter writer = new PrintWriter(text);
    line.setOut(writer);
    line.setErr(writer);
    int exitCode = line.execute(arguments);
    return new Outcome(exitCode, text.toString());
  }

  private Path journal(String path, int records) throws IOException {
    Path directory = folder.resolve(path);
    try (RecordLog log = RecordLog.open(Disk.REAL, directory, "test", 1 << 20, (_, _) -> {})) {
      for (int i = 0; i < records; i++) {
        log.append(ByteBuffer.wrap(("record " + i).getBytes(StandardCharsets.UTF_8)));
      }
    }
    return directory.resolve("00000001.log");
  }

  private static void damage(Path file, int offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[offset] ^= 4;
    Files.write(file, bytes);
  }

  /// Journals whose records only their owners understand; bytes of the segment are damaged.
  @ParameterizedTest
  @ValueSource(strings = {"decisions/decisions", "decisions/memory", "playground/objects"})
  void a_damaged_byte_in_a_journal_is_found_with_its_file_and_offset(String path)
      throws IOException {
    Path file = journal(path, 3);
    Outcome sound = mangru("check", folder.toString());
    assertThat(sound.output()).contains(path + ": 3 records", "sound: ");
    assertThat(sound.exitCode()).isZero();
    damage(file, 8 + 16 + 10); // in the second record's text
    Outcome broken = mangru("check", folder.toString());
    assertThat(broken.output())
        .contains(path + ": PROBLEM ", "00000001.log", "offset 24", "broken: ");
    assertThat(broken.exitCode()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"alerts/states", "alerts/silences", "alerts/notifications"})
  void a_damaged_header_or_senseless_record_of_alerts_is_found(String path) throws IOException {
    Path file = journal(path, 0);
    assertThat(mangru("check", folder.toString()).exitCode()).isZero();
    journal(path, 1); // it checks, but means nothing
    Outcome senseless = mangru("check", folder.toString());
    assertThat(senseless.output()).contains(path + ": PROBLEM ", "00000001.log", "offset 8");
    assertThat(senseless.exitCode()).isEqualTo(1);
    damage(file, 2);
    Outcome damaged = mangru("check", folder.toString());
    assertThat(damaged.output()).contains(path + ": PROBLEM ", "00000001.log", "offset 0");
    assertThat(damaged.exitCode()).isEqualTo(1);
  }

  @Test
  void a_tail_that_a_crash_tore_is_told_of_and_is_no_problem() throws IOException {
    Path file = journal("decisions/decisions", 2);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 3));
    Outcome outcome = mangru("check", folder.toString());
    assertThat(outcome.output()).contains("1 records", "13 bytes of a record that a crash tore");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void rules_that_are_wrong_are_named_with_line_and_column() throws IOException {
    Path good = Files.writeString(folder.resolve("good.yml"), RULES);
    Path bad = Files.writeString(folder.resolve("bad.yml"), RULES.replace("up == 0", "sum(up"));
    Outcome sound = mangru("rules", "check", good.toString());
    assertThat(sound.output()).isEqualTo(good + ": 1 group, 1 rule\n");
    assertThat(sound.exitCode()).isZero();
    Path gone = folder.resolve("gone.yml");
    Outcome wrong = mangru("rules", "check", good.toString(), bad.toString(), gone.toString());
    assertThat(wrong.output())
        .contains(good + ": 1 group", bad + ":5:", gone + ": the file is not there");
    assertThat(wrong.exitCode()).isEqualTo(1);
  }

  @Test
  void unit_tests_of_rules_pass_or_fail() throws IOException {
    Files.writeString(folder.resolve("rules.yml"), RULES);
    String tests =
        """
        rule_files: [rules.yml]
        tests:
        - interval: 1m
          input_series: [{series: 'up{job="a"}', values: '0x5'}]
          alert_rule_test:
          - eval_time: 2m
            alertname: Down
            exp_alerts: [{exp_labels: {job: a}}]
        """;
    Path passes = Files.writeString(folder.resolve("passes.yml"), tests);
    Outcome passed = mangru("rules", "test", passes.toString());
    assertThat(passed.output()).contains(passes + ": SUCCESS, 1 group, 1 check");
    assertThat(passed.exitCode()).isZero();
    Path fails =
        Files.writeString(folder.resolve("fails.yml"), tests.replace("{job: a}", "{job: b}"));
    Outcome failed = mangru("rules", "test", fails.toString());
    assertThat(failed.output()).contains(fails + ": FAILED", "job=\"a\"", "job=\"b\"");
    assertThat(failed.exitCode()).isEqualTo(1);
  }
}
