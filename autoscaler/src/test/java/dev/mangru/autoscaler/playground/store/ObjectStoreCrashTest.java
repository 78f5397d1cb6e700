package dev.mangru.autoscaler.playground.store;

import static dev.mangru.autoscaler.playground.store.TestObjects.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

final class ObjectStoreCrashTest {

  /// Small, so that segments end and snapshots are made all the time.
  private static final StoreOptions SMALL = new StoreOptions(32, 1 << 20, 2_000, 3_000);

  private final TestObjects.Clock clock = new TestObjects.Clock();

  private ObjectStore open(Disk disk, Path root) throws IOException {
    return ObjectStore.open(disk, root.resolve("store"), clock, 7, SMALL);
  }

  private static Map<ObjectKey, ObjectNode> content(ObjectStore store) {
    Map<ObjectKey, ObjectNode> all = new TreeMap<>();
    store.list("pods", "").items().forEach(o -> all.put(ObjectKey.of("pods", o), o));
    return all;
  }

  @Test
  void what_was_written_is_there_again_with_its_history(@TempDir Path folder) throws IOException {
    Map<ObjectKey, ObjectNode> before;
    List<Change> history;
    long revision;
    StoreOptions roomy = StoreOptions.DEFAULTS;
    try (ObjectStore store = ObjectStore.open(Disk.REAL, folder, clock, 7, roomy)) {
      store.create("pods", named("a", "one"));
      store.create("pods", named("a", "two"));
      store.mutate("pods", "a", "one", o -> o.put("x", 1));
      store.delete("pods", "a", "two", DeleteOptions.immediate());
      store.flush();
      before = content(store);
      revision = store.revision();
      history = store.changesSince(null, 1, 100);
    }
    try (ObjectStore store = ObjectStore.open(Disk.REAL, folder, clock, 7, roomy)) {
      assertThat(content(store)).hasToString(before.toString());
      assertThat(store.revision()).isEqualTo(revision);
      assertThat(store.changesSince(null, 1, 100)).hasToString(history.toString());
      assertThatThrownBy(() -> ObjectStore.open(Disk.REAL, folder, clock, 7, roomy))
          .isInstanceOf(MangruException.class)
          .hasMessageContaining(folder.getFileName().toString());
    }
  }

  @Test
  void a_full_disk_refuses_writes_and_loses_nothing_that_was_acknowledged() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    Map<ObjectKey, ObjectNode> acknowledged;
    try (ObjectStore store = open(disk, disk.root())) {
      store.create("pods", named("a", "one"));
      store.flush();
      acknowledged = content(store);
      disk.capacity(0);
      store.create("pods", named("a", "two"));
      assertThatThrownBy(store::flush)
          .isInstanceOfSatisfying(KubeApiException.class, e -> assertThat(e.code()).isEqualTo(503));
      assertThatThrownBy(() -> store.create("pods", named("a", "three")))
          .hasMessageContaining("cannot be written; it is tried again every 10 s");
      assertThat(store.durableRevision()).isEqualTo(2);
    }
    disk.capacity(Long.MAX_VALUE);
    try (ObjectStore store = open(disk, disk.root())) {
      assertThat(content(store)).isEqualTo(acknowledged);
    }
  }

  @Test
  void it_goes_on_by_itself_once_the_disk_has_room_again() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    Map<ObjectKey, ObjectNode> whole;
    try (ObjectStore store = open(disk, disk.root())) {
      store.create("pods", named("a", "one"));
      store.flush();
      disk.capacity(0);
      store.create("pods", named("a", "two"));
      assertThatThrownBy(store::flush).isInstanceOf(KubeApiException.class);
      clock.now = clock.now.plus(ObjectStore.RETRY_AFTER);
      assertThatThrownBy(() -> store.create("pods", named("a", "three")))
          .as("still full")
          .isInstanceOf(KubeApiException.class);
      disk.capacity(Long.MAX_VALUE);
      assertThatThrownBy(() -> store.create("pods", named("a", "three")))
          .as("not tried at each call")
          .isInstanceOf(KubeApiException.class);
      clock.now = clock.now.plus(ObjectStore.RETRY_AFTER);
      store.create("pods", named("a", "three"));
      store.flush();
      assertThat(store.durableRevision()).isEqualTo(4);
      assertThat(store.changesSince("pods", 1, 10)).hasSize(3);
      whole = content(store);
      assertThat(whole).hasSize(3);
    }
    try (ObjectStore store = open(disk.reboot(), disk.root())) {
      assertThat(content(store)).isEqualTo(whole);
      assertThat(store.revision()).isEqualTo(4);
    }
  }

  @Seeds(120)
  void after_a_power_cut_the_store_is_as_at_some_revision_since_the_last_flush(long seed)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    CrashDisk disk = new CrashDisk(seed);
    List<Map<ObjectKey, ObjectNode>> states = new ArrayList<>();
    long flushed = 1;
    states.add(Map.of());
    states.add(Map.of());
    for (int life = 0; life < 4; life++) {
      disk.powerOffAt(random.nextInt(10 + (int) seed * 2));
      long reached = states.size() - 1L;
      try (ObjectStore store = open(disk, disk.root())) {
        for (int i = 0; i < 60; i++) {
          step(store, random);
          if (store.revision() > reached) {
            reached = store.revision();
            states.add(content(store));
          }
          if (random.nextInt(4) == 0) {
            store.flush();
            flushed = store.revision();
          }
        }
        store.flush();
        flushed = store.revision();
      } catch (KubeApiException | MangruException | IOException e) {
        assertThat(disk.off()).as("nothing else goes wrong: %s", e).isTrue();
      }
      disk = disk.reboot();
      try (ObjectStore store = open(disk, disk.root())) {
        long revision = store.revision();
        assertThat(revision).isBetween(flushed, states.size() - 1L);
        assertThat(content(store)).isEqualTo(states.get((int) revision));
        while (states.size() > revision + 1) {
          states.removeLast();
        }
        flushed = revision;
      }
    }
  }

  private static void step(ObjectStore store, SplittableRandom random) {
    String name = "p" + random.nextInt(8);
    try {
      switch (random.nextInt(3)) {
        case 0 -> store.create("pods", named("a", name).put("pad", "x".repeat(100)));
        case 1 -> store.mutate("pods", "a", name, o -> o.put("x", random.nextInt()));
        default -> store.delete("pods", "a", name, DeleteOptions.immediate());
      }
    } catch (KubeApiException e) {
      if (e.code() == 503) {
        throw e;
      }
      assertThat(e.code()).isIn(404, 409);
    }
  }
}
