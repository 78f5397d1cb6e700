package dev.mangru.autoscaler.playground.sim.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.disk.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogBookTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.5Z");

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void the_last_two_thousand_lines_are_kept_with_their_numbers() {
    LogBook book = new LogBook(null, Disk.REAL);
    ContainerLog log = book.open("n", "p", "u", "c", 0);
    for (int i = 1; i <= 2500; i++) {
      log.write(NOW, false, "line " + i);
    }
    assertThat(book.lines("n", "p", "c", 0, 10_000)).hasSize(2000);
    assertThat(book.lines("n", "p", "c", 0, 1).getFirst().text()).isEqualTo("line 501");
    assertThat(book.lines("n", "p", "c", 2499, 10).getFirst().sequence()).isEqualTo(2500);
    assertThat(book.lines("n", "p", "c", 2500, 10)).isEmpty();
    assertThat(book.lines("n", "p", "other", 0, 10)).isEmpty();
    assertThat(book.writing("n", "p", "c")).isTrue();
    book.remove("n", "p", "u", NOW);
    assertThat(book.writing("n", "p", "c")).isFalse();
    assertThat(book.lines("n", "p", "c", 0, 10)).isEmpty();
  }

  @Test
  void files_are_as_a_kubelet_writes_them(@TempDir Path directory) throws IOException {
    LogBook book = new LogBook(directory, Disk.REAL);
    ContainerLog log = book.open("n", "p", "u", "c", 0);
    log.write(NOW, false, "{\"level\":\"info\"}");
    log.write(NOW, true, "oops");
    book.flush(NOW);
    Path folder = directory.resolve("pods/n_p_u/c");
    assertThat(Files.readAllLines(folder.resolve("0.log")))
        .containsExactly(
            "2026-11-21T12:00:00.500Z stdout F {\"level\":\"info\"}",
            "2026-11-21T12:00:00.500001Z stderr F oops");
    log.restarted(1, NOW);
    log.write(NOW.plusSeconds(1), false, "again");
    book.flush(NOW);
    assertThat(names(folder)).containsExactly("0.log", "1.log");
    book.close(NOW);
  }

  @Test
  void a_file_that_grows_is_renamed_and_two_are_kept(@TempDir Path directory) throws IOException {
    LogBook book = new LogBook(directory, Disk.REAL);
    ContainerLog log = book.open("n", "p", "u", "c", 0);
    String line = "x".repeat(1000);
    for (int second = 0; second < 350; second++) {
      for (int i = 0; i < 10; i++) {
        log.write(NOW.plusSeconds(second), false, line);
      }
      book.flush(NOW.plusSeconds(second));
    }
    Path folder = directory.resolve("pods/n_p_u/c");
    List<String> files = names(folder);
    assertThat(files).hasSize(2).first().isEqualTo("0.log");
    assertThat(files.get(1)).matches("0\\.log\\.20261121-12\\d{4}");
    for (String file : files) {
      assertThat(Files.size(folder.resolve(file))).isLessThanOrEqualTo(LogFile.MOST_BYTES);
    }
    book.close(NOW);
  }

  @Test
  void files_go_some_time_after_their_pod_and_those_of_unknown_pods_at_the_start(
      @TempDir Path directory) throws IOException {
    LogBook book = new LogBook(directory, Disk.REAL);
    book.open("n", "gone", "u1", "c", 0).write(NOW, false, "a");
    book.open("n", "stays", "u2", "c", 0).write(NOW, false, "b");
    book.flush(NOW);
    book.remove("n", "gone", "u1", NOW);
    book.flush(NOW.plusSeconds(10));
    assertThat(names(directory.resolve("pods"))).hasSize(2);
    book.flush(NOW.plusSeconds(20));
    assertThat(names(directory.resolve("pods"))).containsExactly("n_stays_u2");
    book.close(NOW);

    LogBook later = new LogBook(directory, Disk.REAL);
    later.sweep(Set.of("u2"));
    assertThat(names(directory.resolve("pods"))).containsExactly("n_stays_u2");
    later.sweep(Set.of());
    assertThat(names(directory.resolve("pods"))).isEmpty();
  }

  @Test
  void a_disk_that_refuses_does_not_stop_the_container(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("pods"), "a file where the folder should be");
    LogBook book = new LogBook(directory, Disk.REAL);
    ContainerLog log = book.open("n", "p", "u", "c", 0);
    log.write(NOW, false, "still here");
    book.flush(NOW);
    log.write(NOW, false, "and here");
    book.flush(NOW);
    assertThat(book.lines("n", "p", "c", 0, 10)).hasSize(2);
  }
}
