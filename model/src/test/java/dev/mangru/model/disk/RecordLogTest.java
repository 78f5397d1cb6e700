package dev.mangru.model.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
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
  void the_worked_example_of_the_format() throws IOException {
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("hi"));
    }
    assertThat(Files.readAllBytes(directory.resolve("00000001.log")))
        .asHexString()
        .isEqualTo("4D4752554C4F4732020000801A057D036869");
  }

  @Test
  void a_broken_record_before_an_acknowledged_one_is_damage_and_no_torn_tail() throws IOException {
    try (RecordLog log = open(1 << 20)) {
      log.append(bytes("first"));
      log.append(bytes("second"));
      log.append(bytes("third"));
    }
    Path segment = directory.resolve("00000001.log");
    byte[] whole = Files.readAllBytes(segment);
    for (int place : new int[] {21, 23, 26, 30}) { // length, its highest byte, checksum, payload
      byte[] content = whole.clone();
      content[place] ^= 64;
      Files.write(segment, content);
      assertThatThrownBy(() -> open(1 << 20))
          .as("byte %d", place)
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("00000001.log at offset 21: expected");
      assertThat(read).containsExactly("first");
      assertThatThrownBy(() -> RecordLog.read(Disk.REAL, directory, (_, _) -> {}))
          .isInstanceOf(CorruptDataException.class);
    }
    assertThat(directory.resolve("00000001.log.torn")).doesNotExist();
  }

  @Test
  void a_segment_of_version_1_is_read_and_gone_on_with() throws IOException {
    byte[] old = HexFormat.of().parseHex("4d4752554c4f47310200000059725a886869");
    Files.write(directory.resolve("00000001.log"), old);
    try (RecordLog log = open(1 << 20)) {
      assertThat(read).containsExactly("hi");
      log.append(bytes("more"));
    }
    open(1 << 20).close();
    assertThat(read).containsExactly("hi", "more");
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

  @Test
  void a_rotation_waits_for_what_was_queued_though_a_full_segment_rotates_meanwhile()
      throws Exception {
    List<String> applied = new CopyOnWriteArrayList<>();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    try (RecordLog log = open(1)) { // every record fills a segment
      RecordLog.Ticket one =
          log.submit(
              bytes("one"),
              () -> {
                begun.countDown();
                awaitThenAdd(first, applied, "one");
              });
      begun.await();
      RecordLog.Ticket two = log.submit(bytes("two"), () -> awaitThenAdd(second, applied, "two"));
      FutureTask<List<String>> rotation =
          new FutureTask<>(() -> {
            log.rotate();
            return List.copyOf(applied);
          });
      Thread rotating = Thread.ofPlatform().start(rotation);
      while (rotating.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      first.countDown();
      one.await();
      assertThatThrownBy(() -> rotation.get(100, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      second.countDown();
      two.await();
      assertThat(rotation.get()).containsExactly("one", "two");
    }
  }

  private static void awaitThenAdd(CountDownLatch latch, List<String> applied, String text) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    applied.add(text);
  }

  @Test
  void a_queue_of_more_than_one_batch_is_written_in_parts_and_read_back_in_order()
      throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    List<String> applied = new CopyOnWriteArrayList<>();
    try (RecordLog log = open(1L << 30)) {
      RecordLog.Ticket held = log.submit(bytes("held"), () -> awaitThenAdd(latch, applied, "held"));
      List<RecordLog.Ticket> tickets = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        tickets.add(log.submit(ByteBuffer.allocate(9 << 20).put(0, (byte) i), () -> {}));
      }
      latch.countDown();
      held.await();
      tickets.forEach(RecordLog.Ticket::await);
    }
    List<Byte> firsts = new ArrayList<>();
    RecordLog.read(Disk.REAL, directory, (_, payload) -> firsts.add(payload.get(0)));
    assertThat(firsts)
        .containsExactly((byte) 'h', (byte) 0, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
  }

  @Test
  void a_committer_that_dies_leaves_nobody_waiting() throws Exception {
    Disk failing = dyingAtSync(2); // the first is the new segment's header
    try (RecordLog log = RecordLog.open(failing, directory, "test", 1 << 20, (_, _) -> {})) {
      assertThatThrownBy(() -> log.append(bytes("one")))
          .isInstanceOf(MangruException.class)
          .hasMessageContaining("out of handles");
      assertThatThrownBy(() -> log.append(bytes("two"))).isInstanceOf(MangruException.class);
      assertThatThrownBy(log::rotate).isInstanceOf(MangruException.class);
    }
  }

  /// The real disk, where sync number `last` throws what nobody expects.
  private static Disk dyingAtSync(int last) {
    AtomicInteger syncs = new AtomicInteger();
    InvocationHandler files =
        (_, method, arguments) -> {
          Object made = method.invoke(Disk.REAL, arguments);
          if (!(made instanceof Disk.WritableFile file)) {
            return made;
          }
          return proxy(
              Disk.WritableFile.class,
              (_, operation, operands) -> {
                if (operation.getName().equals("sync") && syncs.incrementAndGet() == last) {
                  throw new IllegalStateException("out of handles");
                }
                return operation.invoke(file, operands);
              });
        };
    return proxy(Disk.class, files);
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
