package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// One scripted life of a store, in which every operation on the disk fails once: the step it
/// belongs to says why, queries go on, what was acknowledged stays.
class TsdbFaultTest {

  /// Every operation with `-Dmangru.stride=1`; every third one in a build, for the sake of time.
  private static final int STRIDE = Integer.getInteger("mangru.stride", 3);

  private static final List<LabelMatcher> DELETED =
      List.of(LabelMatcher.equal(Labels.METRIC_NAME, "m1"));

  private static TsdbOptions options(Path directory) {
    return TsdbOptions.builder(directory)
        .retention(Duration.ofDays(400))
        .outOfOrderWindow(Duration.ofHours(1))
        .walSegmentBytes(2_000)
        .minFreeBytes(1_000)
        .build();
  }

  private static TsdbOptions options(CrashDisk disk) {
    return options(disk.root().resolve("data"));
  }

  private interface Step {
    void run(Tsdb store) throws IOException;
  }

  /// One life and what it has seen.
  private static final class Life {
    final Workload work = new Workload(42);
    final Ledger ledger = new Ledger();
    final List<String> failures = new ArrayList<>();
    final String wanted;

    /// @param wanted in the message of whatever fails
    Life(String wanted) {
      this.wanted = wanted;
    }

    List<Step> steps() {
      List<Step> steps = new ArrayList<>();
      for (int round = 0; round < 2; round++) {
        int number = round;
        steps.add(this::append);
        steps.add(store -> store.sealAll(work.now()));
        steps.add(this::append);
        steps.add(store -> {
          ledger.deleting(DELETED, TimeRange.ALL);
          store.delete(DELETED, TimeRange.ALL, work.now());
          ledger.deleted(DELETED, TimeRange.ALL);
        });
        steps.add(this::append);
        steps.add(store -> store.maintain(work.now().plus(Duration.ofHours(3))));
        steps.add(store -> {
          Path copy = store.snapshot("s" + number, work.now());
          assertThat(copy).isNotNull();
        });
        steps.add(store -> store.cleanTombstones(work.now()));
        steps.add(this::append);
        steps.add(store -> store.compactAll(work.now()));
      }
      steps.add(this::append);
      return steps;
    }

    void append(Tsdb store) {
      work.tick();
      try {
        ledger.append(work.batch(8), store);
      } catch (MangruException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        throw e;
      }
    }

    void run(Tsdb store) {
      for (Step step : steps()) {
        attempt(() -> step.run(store));
        attempt(() -> ledger.verify(store));
      }
    }

    boolean attempt(Attempt attempt) {
      try {
        attempt.run();
        return true;
      } catch (IOException | MangruException e) {
        assertThat(e.toString()).contains(wanted);
        failures.add(e.toString());
        return false;
      }
    }

    interface Attempt {
      void run() throws IOException;
    }

    /// What a life ends with when nothing fails any more.
    void end(Disk disk, Path directory) throws IOException {
      try (Tsdb store = Tsdb.open(options(directory), work::now, disk)) {
        ledger.verify(store);
        append(store);
        store.compactAll(work.now());
        ledger.verify(store);
      }
      assertThat(TsdbCheck.check(directory, disk).problems()).isEmpty();
      assertThat(disk.exists(directory.resolve("quarantine"))).isFalse();
    }
  }

  private static Tsdb open(Life life, CrashDisk crash, Disk disk) throws IOException {
    Tsdb[] opened = new Tsdb[1];
    if (!life.attempt(() -> opened[0] = Tsdb.open(options(crash), life.work::now, disk))) {
      return Tsdb.open(options(crash), life.work::now, disk);
    }
    return opened[0];
  }

  @Test
  void any_change_of_the_disk_may_fail_once() throws IOException {
    CrashDisk counting = new CrashDisk(1);
    Life whole = new Life("nothing");
    try (Tsdb store = open(whole, counting, counting)) {
      whole.run(store);
    }
    assertThat(whole.failures).isEmpty();
    assertThat(counting.operations()).isBetween(200L, 2_000L);
    for (long n = 0; n < counting.operations(); n += STRIDE) {
      CrashDisk disk = new CrashDisk(n);
      Life life = new Life("Input/output error");
      disk.failAt(n, CrashDisk.Fault.IO_ERROR);
      try (Tsdb store = open(life, disk, disk)) {
        life.run(store);
        if (store.brokenBy() == null) { // it heals by itself
          life.append(store);
          store.compactAll(life.work.now());
          assertThat(store.refusal()).isNull();
        } else {
          List<Workload.Sample> batch = life.work.batch(8);
          for (int time = 0; time < 3; time++) { // a repeat of what was refused is refused
            assertThatThrownBy(() -> life.ledger.append(batch, store))
                .isInstanceOf(MangruException.class)
                .hasMessageContaining("Input/output error");
          }
        }
        life.ledger.verify(store);
      } catch (AssertionError | IOException | MangruException e) {
        fail("fault at operation " + n + " after " + life.failures, e);
      }
      CrashDisk after = n % 2 == 0 ? disk : disk.reboot();
      try {
        life.end(after, options(after).directory());
      } catch (AssertionError | IOException | MangruException e) {
        fail("start after fault at operation " + n + " and " + life.failures, e);
      }
    }
  }

  @Test
  void any_read_of_the_disk_may_fail_once() throws IOException {
    CrashDisk crash = new CrashDisk(1);
    FaultyDisk counting = new FaultyDisk(crash);
    Life whole = new Life("nothing");
    try (Tsdb store = open(whole, crash, counting)) {
      whole.run(store);
    }
    long before = counting.reads();
    whole.end(counting, options(crash).directory());
    assertThat(before).isBetween(30L, 2_000L);
    for (long n = 0; n < before; n += STRIDE) {
      CrashDisk disk = new CrashDisk(n);
      FaultyDisk faulty = new FaultyDisk(disk);
      faulty.failReadAt(n);
      Life life = new Life("Input/output error");
      try (Tsdb store = open(life, disk, faulty)) {
        life.run(store);
        life.append(store);
        store.compactAll(life.work.now());
        life.ledger.verify(store);
      } catch (AssertionError | IOException | MangruException e) {
        fail("fault at read " + n + " after " + life.failures, e);
      }
      life.end(disk, options(disk).directory());
    }
  }

  /// A start that cannot read a file for the time being loses nothing of it.
  @Test
  void any_read_of_a_start_may_fail_once() throws IOException {
    for (long n = 0; ; n += STRIDE) {
      CrashDisk disk = new CrashDisk(n);
      FaultyDisk faulty = new FaultyDisk(disk);
      Life life = new Life("Input/output error");
      try (Tsdb store = Tsdb.open(options(disk), life.work::now, disk)) {
        life.run(store);
      }
      faulty.failReadAt(n);
      try {
        open(life, disk, faulty).close();
        life.end(disk, options(disk).directory());
      } catch (AssertionError | IOException | MangruException e) {
        fail("fault at read " + n + " of a start, " + life.failures, e);
      }
      if (!faulty.failed()) {
        assertThat(n).isGreaterThan(8);
        return;
      }
    }
  }

  @Test
  void a_full_disk_refuses_answers_and_heals() throws IOException {
    CrashDisk counting = new CrashDisk(1);
    try (Tsdb store = Tsdb.open(options(counting), () -> new Workload(42).now(), counting)) {
      new Life("nothing").run(store);
    }
    long most = counting.usedBytes();
    for (long room = 1_500; room < most; room += Math.max(97, most / 150)) {
      CrashDisk disk = new CrashDisk(room);
      Life life = new Life("");
      try (Tsdb store = Tsdb.open(options(disk), life.work::now, disk)) {
        disk.capacity(room);
        life.run(store);
        assertThat(life.failures)
            .allMatch(
                failure -> failure.contains("No space left") || failure.contains("min-free-bytes"));
        life.ledger.verify(store);
        disk.capacity(Long.MAX_VALUE);
        store.maintain(life.work.now());
        assertThat(store.refusal()).isNull();
        life.append(store);
        store.compactAll(life.work.now());
        life.ledger.verify(store);
      } catch (AssertionError | IOException | MangruException e) {
        fail("room for " + room + " bytes, " + life.failures, e);
      }
      CrashDisk after = disk.reboot();
      life.end(after, options(after).directory());
    }
  }

  @Test
  void a_disk_that_becomes_read_only_refuses_and_answers() throws IOException {
    CrashDisk disk = new CrashDisk(7);
    FaultyDisk faulty = new FaultyDisk(disk);
    Life life = new Life("Read-only file system");
    try (Tsdb store = Tsdb.open(options(disk), life.work::now, faulty)) {
      life.run(store);
      assertThat(life.failures).isEmpty();
      faulty.readOnly(true);
      life.run(store);
      assertThat(life.failures).hasSizeGreaterThan(5);
      life.ledger.verify(store);
    }
    assertThatThrownBy(() -> Tsdb.open(options(disk), life.work::now, faulty))
        .hasMessageContaining("Read-only file system");
    faulty.readOnly(false);
    life.end(faulty, options(disk).directory());
  }
}
