package dev.mangru.tsdb.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnapshotsTest {

  private static final byte[] MANIFEST = {9, 9, 9};

  private static void put(Disk disk, Path file, byte[] bytes) throws IOException {
    disk.createDirectories(file.getParent());
    try (WritableFile out = disk.exists(file) ? disk.append(file) : disk.create(file)) {
      out.write(ByteBuffer.wrap(bytes));
      out.sync();
    }
    disk.syncDirectory(file.getParent());
  }

  private static byte[] get(Disk disk, Path file) throws IOException {
    try (ReadableFile in = disk.open(file)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) in.length());
      in.readFully(0, bytes);
      return bytes.array();
    }
  }

  private static void store(Disk disk, Path root) throws IOException {
    put(disk, root.resolve("parts/000001.part"), new byte[] {1, 2});
    put(disk, root.resolve("blocks/000002.blk"), new byte[] {3, 4});
    put(disk, root.resolve("series/00000001.reg"), new byte[] {5, 6});
    put(disk, root.resolve("MANIFEST"), new byte[] {7});
  }

  private static Path snapshot(Disk disk, Path root, String name) throws IOException {
    return new Snapshots(disk, root, "MANIFEST")
        .create(
            name,
            List.of(root.resolve("parts/000001.part"), root.resolve("blocks/000002.blk")),
            List.of(new Snapshots.Copy(root.resolve("series/00000001.reg"), 2)),
            MANIFEST);
  }

  private static void assertWhole(Disk disk, Path snapshot) throws IOException {
    assertThat(get(disk, snapshot.resolve("parts/000001.part"))).containsExactly(1, 2);
    assertThat(get(disk, snapshot.resolve("blocks/000002.blk"))).containsExactly(3, 4);
    assertThat(get(disk, snapshot.resolve("series/00000001.reg"))).containsExactly(5, 6);
    assertThat(get(disk, snapshot.resolve("MANIFEST"))).isEqualTo(MANIFEST);
  }

  @Test
  void names_are_those_of_prometheus() {
    assertThat(Snapshots.name(Instant.parse("2026-11-21T19:00:00Z"), new Random(1)))
        .isEqualTo("20261121T190000Z-5d8d6ab98cdc4e6c")
        .hasSize(33);
  }

  @Test
  void a_snapshot_stays_as_it_was_when_the_store_goes_on() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    Path root = disk.root();
    store(disk, root);
    Path snapshot = snapshot(disk, root, "one");
    disk.delete(root.resolve("parts/000001.part"));
    put(disk, root.resolve("series/00000001.reg"), new byte[] {8});
    assertWhole(disk, snapshot);
    Snapshots snapshots = new Snapshots(disk, root, "MANIFEST");
    assertThat(snapshots.list()).containsExactly("one");
    assertThatThrownBy(() -> snapshot(disk, root, "one"))
        .isInstanceOf(MangruException.class)
        .hasMessage("a snapshot one is there already: choose another name");
    snapshots.delete("one");
    assertThat(snapshots.list()).isEmpty();
    assertThat(disk.list(root.resolve("snapshots"))).isEmpty();
    assertThatThrownBy(() -> snapshots.delete("one")).hasMessage("there is no snapshot one");
    assertThat(get(disk, root.resolve("blocks/000002.blk"))).containsExactly(3, 4);
  }

  @Test
  void a_name_cannot_lead_out_of_the_folder() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    store(disk, disk.root());
    assertThatThrownBy(() -> snapshot(disk, disk.root(), "../blocks"))
        .isInstanceOf(MangruException.class)
        .hasMessageStartingWith("a snapshot's name has letters, digits and hyphens");
    assertThatThrownBy(() -> new Snapshots(disk, disk.root(), "MANIFEST").delete(".."))
        .isInstanceOf(MangruException.class);
  }

  @Seeds(200)
  void after_a_power_cut_a_snapshot_is_whole_or_not_there(long seed) throws IOException {
    CrashDisk disk = new CrashDisk(seed);
    Path root = disk.root();
    store(disk, root);
    disk.powerOffAt(seed % 12);
    boolean finished = false;
    try {
      snapshot(disk, root, "one");
      finished = true;
    } catch (IOException e) {
      assertThat(disk.off()).as(e.toString()).isTrue();
    }
    CrashDisk after = disk.reboot();
    Snapshots snapshots = new Snapshots(after, root, "MANIFEST");
    if (finished) {
      assertWhole(after, root.resolve("snapshots/one"));
    }
    snapshots.removeUnfinished();
    for (String name : snapshots.list()) {
      byte[] manifest = get(after, root.resolve("snapshots").resolve(name).resolve("MANIFEST"));
      if (java.util.Arrays.equals(manifest, MANIFEST)) {
        assertWhole(after, root.resolve("snapshots").resolve(name));
      }
    }
    assertThat(get(after, root.resolve("parts/000001.part"))).containsExactly(1, 2);
    assertThat(after.list(root.resolve("snapshots")).size()).isEqualTo(snapshots.list().size());
  }
}
