package dev.mangru.model.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.CorruptDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordLogTest {

  @TempDir Path directory;

  private final List<String> read = new ArrayList<>();

  private RecordLog open(long segmentBytes) throws IOException {
    read.clear();
    return RecordLog.open(
        Disk.REAL, directory, "test", segmentBytes, (_, payload) -> read.add(text(payload)));
  }

  private static String text(ByteBuffer payload) {
    return UTF_8.decode(payload).toString();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  @Test
  void records_are_read_back_in_order() throws IOException {
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("one"));
      log.append(bytes("two"));
    }
    open(1 << 20).close();
    assertThat(read).containsExactly("one", "two");
  }

  @Test
  void concurrent_appenders_each_find_their_record_after_a_restart() throws Exception {
    List<String> applied = new ArrayList<>();
    try (RecordLog log = open(2_000);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Void>> appends = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        String text = "record " + i;
        appends.add(() -> {
          log.append(bytes(text), () -> applied.add(text));
          return null;
        });
      }
      for (Future<Void> append : threads.invokeAll(appends)) {
        append.get();
      }
    }
    open(2_000).close();
    assertThat(read).hasSize(500).isEqualTo(applied);
    assertThat(Disk.REAL.list(directory)).hasSizeGreaterThan(1);
  }

  @Test
  void a_torn_tail_is_cut_off_and_set_aside() throws IOException {
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("whole"));
    }
    Path segment = directory.resolve("00000001.log");
    Files.write(segment, new byte[] {9, 0, 0, 0, 1, 2, 3}, StandardOpenOption.APPEND);
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("after"));
    }
    open(1 << 20).close();
    assertThat(read).containsExactly("whole", "after");
    assertThat(directory.resolve("00000001.log.torn")).exists();
  }

  @Test
  void a_flipped_bit_before_the_last_segment_is_named_with_file_and_offset() throws IOException {
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("first"));
      log.rotate();
      log.append(bytes("second"));
    }
    Path segment = directory.resolve("00000001.log");
    byte[] content = Files.readAllBytes(segment);
    content[17] ^= 1;
    Files.write(segment, content);
    assertThatThrownBy(() -> open(1 << 20))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("00000001.log at offset 8: expected checksum");
  }

  @Test
  void segments_before_a_rotation_can_be_deleted() throws IOException {
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("old"));
      long kept = log.rotate();
      log.append(bytes("new"));
      log.deleteBefore(kept);
    }
    open(1 << 20).close();
    assertThat(read).containsExactly("new");
  }

  @Test
  void a_torn_tail_before_a_segment_that_a_failed_rotation_left_is_cut_off() throws IOException {
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("whole"));
    }
    Files.write(
        directory.resolve("00000001.log"), new byte[] {9, 0, 0, 0, 1}, StandardOpenOption.APPEND);
    Files.write(directory.resolve("00000002.log"), "MGRU".getBytes(UTF_8));
    open(1 << 20).close();
    assertThat(read).containsExactly("whole");
  }

  @Test
  void an_empty_segment_left_by_a_crash_is_no_obstacle() throws IOException {
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("one"));
    }
    Files.createFile(directory.resolve("00000002.log"));
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("two"));
    }
    open(1 << 20).close();
    assertThat(read).containsExactly("one", "two");
  }

  @Test
  void segment_numbers_never_go_back() throws IOException {
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("old"));
      assertThat(log.rotate()).isEqualTo(2);
      log.deleteBefore(2);
    }
    List<Long> segments = new ArrayList<>();
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("new"));
    }
    RecordLog.read(Disk.REAL, directory, (position, _) -> segments.add(position.segment()));
    assertThat(segments).containsExactly(2L);
  }

  @Test
  void segments_before_the_first_wanted_one_are_deleted_unread() throws IOException {
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("old"));
      log.rotate();
      log.append(bytes("new"));
    }
    Files.write(directory.resolve("00000001.log"), new byte[] {1, 2, 3});
    read.clear();
    RecordLog.open(
            Disk.REAL, directory, "test", 1 << 20, 2, (_, payload) -> read.add(text(payload)))
        .close();
    assertThat(read).containsExactly("new");
    assertThat(directory.resolve("00000001.log")).doesNotExist();
    RecordLog.open(Disk.REAL, directory, "test", 1 << 20, 9, (_, _) -> {}).close();
    assertThat(Disk.REAL.list(directory)).containsExactly(directory.resolve("00000009.log"));
  }
}
