package dev.mangru.collector.tail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TailerTest {

  @TempDir Path folder;

  @Test
  void a_new_file_is_read_from_its_first_byte_and_then_followed() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      harness.write("a.log", "one\ntwo\r\n");
      harness.pass();
      harness.write("a.log", "three\nfo");
      harness.pass();
      harness.write("a.log", "ur\n");
      harness.pass();
      assertThat(harness.take()).containsExactly("one", "two", "three", "four");
      harness.pass();
      assertThat(harness.stats().lagBytes()).isZero();
    }
  }

  @Test
  void an_unfinished_line_counts_as_one_when_nothing_follows_for_five_seconds() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      harness.write("a.log", "panic: the end");
      harness.pass();
      assertThat(harness.take()).isEmpty();
      harness.pass(Duration.ofSeconds(5));
      assertThat(harness.take()).containsExactly("panic: the end");
      harness.write("a.log", "next\n");
      harness.pass();
      assertThat(harness.take()).containsExactly("next");
    }
  }

  @Test
  void
      small_files_from_before_the_first_start_are_read_whole_and_large_ones_from_a_line_near_the_end()
          throws IOException {
    Path logs = Files.createDirectories(folder.resolve("logs"));
    Files.writeString(logs.resolve("small.log"), "small\n");
    Files.writeString(logs.resolve("large.log"), "0123456789\n".repeat(200) + "last\n");
    Files.writeString(logs.resolve("small.log.1"), "rotated long ago\n");
    try (TailHarness harness =
        TailHarness.firstStart(folder, LogFormat.PLAIN, TailerTest::keepOneHundredBytes)) {
      harness.pass();
      List<String> texts = harness.take();
      assertThat(texts).contains("small", "last").doesNotContain("rotated long ago");
      assertThat(texts.stream().filter("0123456789"::equals)).hasSize(8);
    }
  }

  private static TailOptions keepOneHundredBytes(TailOptions o) {
    return new TailOptions(
        o.directory(),
        o.sources(),
        o.exclude(),
        o.host(),
        o.discovery(),
        o.rotatedLinger(),
        o.idleFlush(),
        o.maxLineBytes(),
        o.maxBatchBytes(),
        o.maxBatchRecords(),
        100,
        o.maxFiles(),
        o.maxOpenFiles(),
        o.zone());
  }

  @Test
  void a_renamed_file_is_read_to_its_end_and_the_new_one_from_its_start() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path log = harness.write("a.log", "one\n");
      harness.pass();
      Files.move(log, log.resolveSibling("a.log.1"));
      Files.writeString(
          log.resolveSibling("a.log.1"), "two, after the rename\n", StandardOpenOption.APPEND);
      harness.write("a.log", "three\n");
      harness.pass();
      assertThat(harness.take()).containsExactlyInAnyOrder("one", "two, after the rename", "three");
      assertThat(harness.stats().rotations()).isOne();
    }
  }

  @Test
  void a_rotation_that_came_and_went_between_two_passes_is_found() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path log = harness.write("a.log", "one\n");
      harness.pass();
      for (int i = 0; i < 3; i++) {
        shift(log);
        harness.write("a.log", "generation " + i + "\n");
      }
      harness.pass();
      assertThat(harness.take())
          .containsExactlyInAnyOrder("one", "generation 0", "generation 1", "generation 2");
    }
  }

  /// a.log.2 to a.log.3, a.log.1 to a.log.2, a.log to a.log.1.
  private static void shift(Path log) throws IOException {
    for (int i = 9; i >= 0; i--) {
      Path from = i == 0 ? log : log.resolveSibling(log.getFileName() + "." + i);
      if (Files.exists(from)) {
        Files.move(from, log.resolveSibling(log.getFileName() + "." + (i + 1)));
      }
    }
  }

  @Test
  void files_rotated_while_the_tailer_was_dead_are_finished() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path log = harness.write("a.log", "one\n");
      harness.pass();
      harness.write("a.log", "two\n");
      shift(log);
      harness.write("a.log", "three\n");
      shift(log);
      harness.write("a.log", "four\n");
      harness.killAndRestart();
      harness.pass();
      assertThat(harness.take()).containsExactlyInAnyOrder("one", "two", "three", "four");
      harness.killAndRestart();
      harness.pass();
      assertThat(harness.take()).isEmpty();
    }
  }

  @Test
  void a_deleted_file_is_read_to_its_end() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path log = harness.write("a.log", "one\n");
      harness.pass();
      harness.write("a.log", "two\n");
      Files.delete(log);
      harness.pass();
      assertThat(harness.take()).containsExactly("one", "two");
      harness.pass(Duration.ofSeconds(6));
      harness.pass();
      assertThat(harness.stats().files()).isZero();
      assertThat(harness.stats().openFiles()).isZero();
      assertThat(harness.stats().lostBytes(LossReason.VANISHED)).isZero();
    }
  }

  @Test
  void a_cut_file_is_read_from_its_start() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path log = harness.write("a.log", "one\ntwo\n");
      harness.pass();
      Files.writeString(log, "new\n", StandardOpenOption.TRUNCATE_EXISTING);
      harness.pass();
      assertThat(harness.take()).containsExactly("one", "two", "new");
      assertThat(harness.stats().truncations()).isOne();
    }
  }

  @Test
  void a_file_cut_and_grown_past_the_old_end_between_two_passes_is_read_from_its_start()
      throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path log = harness.write("a.log", "one\ntwo\n");
      harness.pass();
      Files.writeString(
          log,
          "a much longer line than before\nand another\n",
          StandardOpenOption.TRUNCATE_EXISTING);
      harness.pass();
      assertThat(harness.take())
          .containsExactly("one", "two", "a much longer line than before", "and another");
    }
  }

  @Test
  void what_copytruncate_copied_unread_is_taken_from_the_copy_once() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      String head =
          IntStream.range(0, 50).mapToObj(i -> "line " + i + "\n").reduce("", String::concat);
      Path log = harness.write("a.log", head);
      harness.pass();
      harness.write("a.log", "unread\n");
      Files.copy(log, log.resolveSibling("a.log.1"));
      Files.writeString(log, "after\n", StandardOpenOption.TRUNCATE_EXISTING);
      harness.pass();
      harness.pass();
      List<String> texts = harness.take();
      assertThat(texts).contains("unread", "after").doesNotHaveDuplicates();
      assertThat(texts).hasSize(52);
      assertThat(harness.stats().lostBytes(LossReason.TRUNCATED)).isZero();
    }
  }

  @Test
  void a_copy_in_the_making_waits_until_the_original_is_cut() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      String head =
          IntStream.range(0, 50).mapToObj(i -> "line " + i + "\n").reduce("", String::concat);
      Path log = harness.write("a.log", head);
      harness.pass();
      Files.copy(log, log.resolveSibling("a.log.1"));
      harness.pass();
      harness.pass();
      Files.writeString(log, "after\n", StandardOpenOption.TRUNCATE_EXISTING);
      harness.pass();
      harness.pass();
      assertThat(harness.take()).hasSize(51).doesNotHaveDuplicates().contains("after");
    }
  }

  @Test
  void bytes_that_were_cut_unread_are_counted() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path log = harness.write("a.log", "one\n");
      harness.pass();
      harness.serverUp(false);
      harness.write("a.log", "two\n");
      harness.pass();
      harness.write("a.log", "never read\n");
      harness.pass();
      Files.writeString(log, "", StandardOpenOption.TRUNCATE_EXISTING);
      harness.serverUp(true);
      harness.pass();
      harness.pass();
      assertThat(harness.take()).containsExactly("one", "two");
      // Its size was last looked at while the server was down and nothing was read.
      assertThat(harness.stats().truncations()).isOne();
    }
  }

  @Test
  void the_hole_that_a_writer_leaves_after_a_cut_is_passed_over() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path log = harness.logs.resolve("a.log");
      try (FileChannel writer =
          FileChannel.open(log, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        writer.write(UTF_8.encode("x".repeat(700_000) + "\n"));
        harness.pass();
        try (FileChannel cutter = FileChannel.open(log, StandardOpenOption.WRITE)) {
          cutter.truncate(0);
        }
        writer.write(UTF_8.encode("after the hole\n"));
        harness.pass();
      }
      assertThat(harness.take().getLast()).isEqualTo("after the hole");
      assertThat(harness.take()).isEmpty();
    }
  }

  @Test
  void a_line_that_never_ends_is_cut_at_the_limit_and_the_rest_counted() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      int limit = 256 * 1024;
      harness.write("a.log", "before\n" + "x".repeat(3 * limit));
      harness.pass();
      harness.write("a.log", "y".repeat(limit));
      harness.pass();
      harness.write("a.log", "z\nafter\n");
      harness.pass();
      assertThat(harness.take()).containsExactly("before", "x".repeat(limit), "after");
      assertThat(harness.stats().lostBytes(LossReason.LINE_TOO_LONG)).isEqualTo(3L * limit + 1);
    }
  }

  @Test
  void a_restart_inside_an_overlong_line_goes_on_passing_it_over() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      harness.write("a.log", "x".repeat(600_000));
      harness.pass();
      harness.killAndRestart();
      harness.write("a.log", "tail\nafter\n");
      harness.pass();
      assertThat(harness.take()).containsExactly("x".repeat(256 * 1024), "after");
    }
  }

  @Test
  void bytes_that_are_not_utf8_are_replaced_and_counted() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Files.write(
          harness.logs.resolve("a.log"),
          new byte[] {'a', (byte) 0xff, 'b', '\n', (byte) 0xed, (byte) 0x95, (byte) 0x9c, '\n'});
      harness.pass();
      assertThat(harness.take()).containsExactly("a\ufffdb", "한");
      assertThat(harness.stats().invalidUtf8()).isOne();
    }
  }

  @Test
  void without_acknowledgement_everything_is_read_again_after_a_restart() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      harness.write("a.log", "one\n");
      harness.pass();
      harness.write("a.log", "two\n");
      harness.read(Duration.ofSeconds(2));
      assertThat(harness.take()).containsExactly("one", "two");
      harness.killAndRestart();
      harness.pass();
      assertThat(harness.take()).containsExactly("two");
    }
  }

  @Test
  void nothing_is_read_while_the_server_has_no_room_and_nothing_is_lost_by_rotation_meanwhile()
      throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path log = harness.write("a.log", "one\n");
      harness.pass();
      harness.serverUp(false);
      for (int i = 0; i < 5; i++) {
        harness.write("a.log", "outage " + i + "\n");
        harness.pass();
        // Deleted, not only renamed: only our open handle still leads to it.
        Files.move(log, log.resolveSibling("a.log.1"), StandardCopyOption.REPLACE_EXISTING);
        harness.write("a.log", "fresh " + i + "\n");
        harness.pass();
      }
      harness.serverUp(true);
      harness.pass();
      assertThat(harness.take())
          .contains("outage 0", "outage 4", "fresh 0", "fresh 1", "fresh 2", "fresh 3", "fresh 4")
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void a_folder_that_vanishes_and_a_file_that_cannot_be_read_stop_nobody() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path gone = harness.write("sub/gone.log", "one\n");
      Files.createDirectories(harness.logs.resolve("folder.log"));
      Files.createSymbolicLink(harness.logs.resolve("dangling.log"), Path.of("/nonexistent/x.log"));
      Files.createSymbolicLink(harness.logs.resolve("loop.log"), harness.logs.resolve("loop.log"));
      harness.pass();
      Files.delete(gone);
      Files.delete(gone.getParent());
      harness.write("b.log", "two\n");
      harness.pass();
      harness.pass(Duration.ofSeconds(6));
      harness.pass();
      assertThat(harness.take()).containsExactly("one", "two");
      assertThat(harness.stats().files()).isOne();
    }
  }

  @Test
  void damaged_positions_are_set_aside_and_files_are_read_again() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      harness.write("a.log", "one\n");
      harness.pass();
      harness.take();
      Path positions = folder.resolve("data").resolve(PositionFile.NAME);
      byte[] bytes = Files.readAllBytes(positions);
      bytes[bytes.length / 2] ^= 1;
      Files.write(positions, bytes);
      harness.killAndRestart();
      harness.pass();
      assertThat(harness.take()).containsExactly("one");
      try (var entries = Files.list(folder.resolve("data"))) {
        assertThat(entries.map(path -> path.getFileName().toString()))
            .anyMatch(name -> name.startsWith("positions.corrupt-"));
      }
    }
  }

  @Test
  void a_position_file_survives_odd_names() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      harness.write("a b %\n한.log", "one\n");
      harness.pass();
      harness.killAndRestart();
      harness.pass();
      assertThat(harness.take()).containsExactly("one");
    }
  }

  @Test
  void an_inode_that_was_given_to_another_file_is_not_mistaken() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      for (int i = 0; i < 20; i++) {
        Path log = harness.write("a.log", "generation " + i + " with some more text\n");
        harness.pass();
        Files.delete(log);
        harness.killAndRestart();
      }
      List<String> texts = harness.take();
      assertThat(texts).hasSize(20).doesNotHaveDuplicates();
    }
  }

  @Test
  void compressed_files_and_excluded_files_are_left_alone() throws IOException {
    try (TailHarness harness =
        new TailHarness(
            folder,
            LogFormat.PLAIN,
            o -> o.withSources(o.sources(), List.of(folder + "/logs/secret/*.log")))) {
      harness.write("a.log", "one\n");
      harness.write("a.log.2.gz", "not text\n");
      harness.write("secret/b.log", "two\n");
      harness.pass();
      assertThat(harness.take()).containsExactly("one");
    }
  }

  @Test
  void a_file_that_gets_its_name_back_is_followed_as_before() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      Path log = harness.write("a.log", "one\n");
      harness.pass();
      Path away = Files.move(log, log.resolveSibling("a.log.1"));
      harness.pass();
      Files.move(away, log);
      harness.pass();
      // Longer than a rotated file is held open.
      harness.pass(Duration.ofSeconds(6));
      harness.write("a.log", "two\n");
      // Sooner than folders are listed again.
      harness.pass(Duration.ofMillis(250));
      assertThat(harness.take()).containsExactly("one", "two");
    }
  }

  @Test
  void a_line_takes_its_own_timestamp_and_lends_it_to_the_lines_below() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      harness.write("a.log", "2026-01-01T00:00:00.5+01:00 boom\n\tat x.y.Z\nno time of its own\n");
      harness.write("b.log", "plain\nlines\n");
      harness.pass();
      List<Long> times =
          harness.arrived().stream()
              .sorted(Comparator.comparing(arrived -> arrived.labels().get("filename")))
              .map(TailHarness.Arrived::timestampNs)
              .toList();
      long boom = 1767222000_500_000_000L;
      assertThat(times.subList(0, 3)).containsExactly(boom, boom + 1, boom + 2);
      long read = 1767323046_001_000_000L;
      assertThat(times.subList(3, 5)).containsExactly(read, read + 1);
    }
  }

  @Test
  void many_small_files_share_a_batch_and_a_large_one_is_cut_into_batches() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      for (int i = 0; i < 100; i++) {
        harness.write("f" + i + ".log", "x\n");
      }
      harness.write("big.log", "0123456789abcdef\n".repeat(200_000));
      harness.pass();
      assertThat(harness.take()).hasSize(200_100);
      assertThat(harness.stats().files()).isEqualTo(101);
    }
  }

  @Test
  void labels_tell_the_pod_of_a_cri_log() throws IOException {
    Path pods = folder.resolve("logs");
    try (TailHarness harness = new TailHarness(folder, LogFormat.CRI)) {
      harness.write(
          "shop_cart-7d9f_0a1b2c3d/app/0.log",
          """
          2026-01-02T03:04:05.123456789Z stdout P hello\s
          2026-01-02T03:04:05.2+02:00 stderr F oops
          2026-01-02T03:04:05.3Z stdout F world
          2026-01-02T03:04:05.4Z stdout F
          not cri at all
          """);
      harness.pass();
      assertThat(harness.arrived().stream().map(TailHarness.Arrived::text))
          .containsExactlyInAnyOrder("hello world", "oops", "", "not cri at all");
      TailHarness.Arrived hello =
          harness.arrived().stream()
              .filter(a -> a.text().equals("hello world"))
              .findFirst()
              .orElseThrow();
      assertThat(hello.timestampNs()).isEqualTo(1767323045_123_456_789L);
      assertThat(hello.labels().toMap())
          .containsEntry("namespace", "shop")
          .containsEntry("pod", "cart-7d9f")
          .containsEntry("container", "app")
          .containsEntry("stream", "stdout")
          .containsEntry("filename", pods + "/shop_cart-7d9f_0a1b2c3d/app/0.log");
      assertThat(harness.stats().malformed()).isOne();
    }
  }

  @Test
  void half_a_cri_line_at_the_end_survives_a_restart() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.CRI)) {
      harness.write("n_p_u/c/0.log", "2026-01-02T03:04:05Z stdout P first \n");
      harness.pass();
      harness.write("n_p_u/c/0.log", "2026-01-02T03:04:05Z stderr F other\n");
      harness.pass();
      harness.killAndRestart();
      harness.write("n_p_u/c/0.log", "2026-01-02T03:04:05Z stdout F second\n");
      harness.pass();
      assertThat(harness.take()).contains("first second", "other").doesNotContain("second");
    }
  }

  @Test
  void docker_lines_are_unescaped_and_joined() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.DOCKER)) {
      harness.write(
          "abcdef0123456789/config.v2.json",
          "{\"ID\":\"abc\",\"Config\":{\"Image\":\"shop:1\",\"Env\":[\"A=1\"],\"Labels\":{}},"
              + "\"State\":{\"Pid\":1},\"Name\":\"/cart\"}");
      harness.write(
          "abcdef0123456789/abcdef0123456789-json.log",
          """
          {"log":"tab\\there \\"q\\" \\ud55c\\ud83d\\ude00\\u0041\\n","stream":"stdout","time":"2026-01-02T03:04:05.5Z"}
          {"log":"long ","stream":"stderr","attrs":{"a":{"b":"}"}},"time":"2026-01-02T03:04:05.5Z"}
          {"log":"line\\r\\n","stream":"stderr","time":"2026-01-02T03:04:05.6Z"}
          {"log":"broken
          """);
      harness.pass();
      assertThat(harness.arrived().stream().map(TailHarness.Arrived::text))
          .containsExactlyInAnyOrder("tab\there \"q\" 한😀A", "long line", "{\"log\":\"broken");
      assertThat(harness.arrived().getFirst().labels().toMap())
          .containsEntry("container", "cart")
          .containsEntry("image", "shop:1");
      assertThat(harness.stats().malformed()).isOne();
    }
  }

  @Test
  void lines_of_each_file_keep_their_order() throws IOException {
    try (TailHarness harness = new TailHarness(folder, LogFormat.PLAIN)) {
      String[] lines = new String[50_000];
      Arrays.setAll(lines, i -> "line " + i);
      harness.write("a.log", String.join("\n", lines) + "\n");
      harness.pass();
      assertThat(harness.take()).containsExactly(lines);
    }
  }
}
