package dev.mangru.model.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordLogCrashTest {

  private final List<String> read = new ArrayList<>();

  private RecordLog open(CrashDisk disk, Path folder, long firstSegment) throws IOException {
    read.clear();
    return RecordLog.open(
        disk,
        folder,
        "test",
        300,
        firstSegment,
        (_, payload) -> read.add(UTF_8.decode(payload).toString()));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  /// Writes, rotates, deletes, and loses power again and again. Every record acknowledged and not
  /// deleted is there after each start, in order; records that were never acknowledged may be.
  @Seeds(500)
  void nothing_acknowledged_is_lost_in_any_crash(long seed) throws IOException {
    Random random = new Random(seed);
    CrashDisk disk = new CrashDisk(seed);
    Path folder = disk.root().resolve("wal");
    List<String> sent = new ArrayList<>();
    List<Boolean> acknowledged = new ArrayList<>();
    int keptFrom = 0;
    long firstSegment = 1;
    int rounds = 2 + random.nextInt(4);
    for (int round = 0; round < rounds; round++) {
      if (random.nextInt(4) > 0) {
        disk.powerOffAt(random.nextInt(40));
      }
      if (random.nextInt(4) == 0) {
        disk.failAt(random.nextInt(40), CrashDisk.Fault.IO_ERROR);
      }
      if (random.nextInt(5) == 0) {
        disk.failAt(random.nextInt(40), CrashDisk.Fault.FULL);
      }
      RecordLog log = null;
      try {
        log = open(disk, folder, firstSegment);
        checkRead(sent, acknowledged, keptFrom);
        int steps = random.nextInt(30);
        for (int step = 0; step < steps; step++) {
          if (random.nextInt(12) == 0) {
            long segment = log.rotate();
            firstSegment = segment; // an owner remembers it durably before it deletes
            keptFrom = sent.size();
            log.deleteBefore(segment);
          } else if (random.nextInt(12) == 0) {
            disk.capacity(Long.MAX_VALUE);
          }
          String text = "record " + sent.size() + "x".repeat(random.nextInt(120));
          sent.add(text);
          acknowledged.add(false);
          log.append(bytes(text));
          acknowledged.set(sent.size() - 1, true);
        }
      } catch (MangruException | IOException e) {
        assertThat(e.getMessage()).as("%s", e).containsAnyOf("power", "error", "space", "wal");
      } finally {
        if (log != null) {
          log.close();
        }
      }
      disk = disk.reboot();
    }
    open(disk, folder, firstSegment).close();
    checkRead(sent, acknowledged, keptFrom);
  }

  private void checkRead(List<String> sent, List<Boolean> acknowledged, int keptFrom) {
    int at = 0;
    for (int i = keptFrom; i < sent.size(); i++) {
      boolean found = at < read.size() && read.get(at).equals(sent.get(i));
      if (found) {
        at++;
      } else {
        assertThat(acknowledged.get(i)).as("acknowledged %s, read %s", sent.get(i), read).isFalse();
      }
    }
    assertThat(read).hasSize(at);
  }

  @Test
  void a_full_disk_refuses_records_and_heals_when_there_is_room() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    Path folder = disk.root().resolve("wal");
    try (RecordLog log = open(disk, folder, 1)) {
      log.append(bytes("one"));
      disk.capacity(disk.usedBytes() + 5);
      assertThatThrownBy(() -> log.append(bytes("two")))
          .isInstanceOf(MangruException.class)
          .hasMessageContaining("No space left");
      disk.capacity(Long.MAX_VALUE);
      log.append(bytes("three"));
    }
    open(disk.reboot(), folder, 1).close();
    assertThat(read).containsExactly("one", "three");
  }

  @Test
  void a_failed_sync_refuses_everything_from_then_on_with_the_first_cause() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    Path folder = disk.root().resolve("wal");
    try (RecordLog log = open(disk, folder, 1)) {
      log.append(bytes("one"));
      disk.failAt(1, CrashDisk.Fault.IO_ERROR);
      assertThatThrownBy(() -> log.append(bytes("two"))).hasMessageContaining("Input/output error");
      assertThatThrownBy(() -> log.append(bytes("three")))
          .hasMessageContaining("Input/output error");
      assertThatThrownBy(log::rotate).hasMessageContaining("Input/output error");
    }
  }

  @Test
  void a_rotation_that_fails_says_so_and_the_log_goes_on() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    Path folder = disk.root().resolve("wal");
    try (RecordLog log = open(disk, folder, 1)) {
      log.append(bytes("one"));
      disk.failAt(0, CrashDisk.Fault.IO_ERROR);
      assertThatThrownBy(log::rotate).hasMessageContaining("Input/output error");
      log.append(bytes("two"));
      assertThat(log.rotate()).isEqualTo(2);
    }
    open(disk.reboot(), folder, 1).close();
    assertThat(read).containsExactly("one", "two");
  }
}
