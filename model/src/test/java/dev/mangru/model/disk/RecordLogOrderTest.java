package dev.mangru.model.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.CrashDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Records that depend on each other, rotations in their order, and durability by request.
class RecordLogOrderTest {

  private final CrashDisk disk = new CrashDisk(3);
  private final Path directory = disk.root().resolve("log");
  private final List<String> read = new ArrayList<>();

  private RecordLog open(Disk on, Durability durability) throws IOException {
    read.clear();
    return RecordLog.open(
        on,
        directory,
        "test",
        1 << 20,
        1,
        durability,
        (position, payload) -> read.add(position.segment() + " " + UTF_8.decode(payload)));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  @Test
  void a_rotation_stands_in_the_order_of_the_calls() throws IOException {
    try (RecordLog log = open(disk, Durability.SYNCED)) {
      log.submit(bytes("before"), () -> {});
      RecordLog.Rotation rotation = log.rotateLater();
      RecordLog.Ticket after = log.submit(bytes("after"), () -> {});
      assertThat(rotation.await()).isEqualTo(2);
      after.await();
      assertThat(after.done()).isTrue();
    }
    open(disk, Durability.SYNCED).close();
    assertThat(read).containsExactly("1 before", "2 after");
  }

  @Test
  void a_rotation_on_a_full_disk_fails_and_the_log_goes_on() throws IOException {
    try (RecordLog log = open(disk, Durability.SYNCED)) {
      log.append(bytes("one"));
      disk.capacity(disk.usedBytes() + 4);
      RecordLog.Rotation rotation = log.rotateLater();
      assertThatThrownBy(rotation::await).hasMessageContaining("No space left");
      disk.capacity(Long.MAX_VALUE);
      log.append(bytes("two"));
      assertThat(log.rotate()).isEqualTo(2);
    }
    open(disk, Durability.SYNCED).close();
    assertThat(read).containsExactly("1 one", "1 two");
  }

  @Test
  void a_record_made_before_a_failure_fails_too_and_one_made_after_it_does_not()
      throws IOException {
    try (RecordLog log = open(disk, Durability.SYNCED)) {
      long before = log.generation();
      log.submit(bytes("one"), () -> {}, before).await();
      disk.capacity(disk.usedBytes());
      RecordLog.Ticket lost = log.submit(bytes("two"), () -> {}, before);
      assertThatThrownBy(lost::await).isInstanceOf(MangruException.class);
      disk.capacity(Long.MAX_VALUE);
      assertThatThrownBy(() -> log.submit(bytes("three"), () -> {}, before).await())
          .isInstanceOf(MangruException.class)
          .hasMessageContaining("No space left");
      assertThat(log.generation()).isNotEqualTo(before);
      log.submit(bytes("four"), () -> {}, log.generation()).await();
    }
    open(disk, Durability.SYNCED).close();
    assertThat(read).containsExactly("1 one", "1 four");
  }

  @Test
  void without_syncs_a_record_is_durable_after_a_rotation_or_the_end() throws IOException {
    RecordLog log = open(disk, Durability.OS);
    long syncedBefore = disk.operations();
    log.append(bytes("one"));
    assertThat(disk.operations()).isEqualTo(syncedBefore + 1); // written, and nothing else
    log.rotate();
    log.append(bytes("two"));
    log.close();
    CrashDisk after = disk.reboot();
    open(after, Durability.OS).close();
    assertThat(read).containsExactly("1 one", "2 two");
  }

  @Test
  void a_record_larger_than_the_frame_is_written_in_pieces() throws IOException {
    byte[] large = new byte[3_000_000];
    large[2_999_999] = 7;
    try (RecordLog log = open(disk, Durability.SYNCED)) {
      log.append(bytes("small"));
      log.append(ByteBuffer.wrap(large));
    }
    List<Integer> lengths = new ArrayList<>();
    RecordLog.read(
        disk,
        directory,
        (_, payload) -> {
          lengths.add(payload.remaining());
          if (payload.remaining() > 10) {
            assertThat(payload.get(2_999_999)).isEqualTo((byte) 7);
          }
        });
    assertThat(lengths).containsExactly(5, 3_000_000);
  }
}
