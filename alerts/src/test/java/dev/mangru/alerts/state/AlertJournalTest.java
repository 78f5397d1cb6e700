package dev.mangru.alerts.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AlertJournalTest {

  private static final Path FOLDER = Path.of("/crash-disk/alerts");
  private static final RuleKey RULE = new RuleKey("f", "g", "Down", 7);

  private static Alert alert(String pod, AlertState state, long second) {
    Instant at = Instant.ofEpochSecond(second);
    return new Alert(
        Labels.of("alertname", "Down", "pod", pod),
        Labels.of("summary", "pod " + pod),
        state,
        second,
        at,
        state == AlertState.PENDING ? null : at,
        null,
        state == AlertState.RESOLVED ? at : null);
  }

  private static AlertChange change(
      RuleKey rule, String pod, AlertState from, AlertState to, long second) {
    AlertState kept = to == AlertState.INACTIVE ? from : to;
    return new AlertChange(rule, Instant.ofEpochSecond(second), from, to, alert(pod, kept, second));
  }

  @Test
  void what_was_recorded_is_there_after_opening_again() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    Alert full =
        new Alert(
            Labels.of("alertname", "Down", "x", "ü\n\"{}"),
            Labels.of("a", "b"),
            AlertState.FIRING,
            Double.NaN,
            Instant.ofEpochMilli(-5),
            Instant.ofEpochMilli(1),
            Instant.ofEpochMilli(2),
            null);
    try (AlertJournal journal = AlertJournal.open(disk, FOLDER)) {
      assertThat(
              journal.record(
                  List.of(
                      new AlertChange(
                          RULE,
                          Instant.ofEpochMilli(3),
                          AlertState.PENDING,
                          AlertState.FIRING,
                          full))))
          .isTrue();
    }
    try (AlertJournal journal = AlertJournal.open(disk, FOLDER)) {
      assertThat(journal.alive()).isEqualTo(Map.of(RULE, List.of(full)));
      assertThat(journal.transitions(Instant.EPOCH, Instant.ofEpochSecond(9), 10))
          .containsExactly(
              new AlertBook.Transition(
                  Instant.ofEpochMilli(3),
                  full.labels(),
                  full.annotations(),
                  AlertState.PENDING,
                  AlertState.FIRING,
                  Double.NaN));
    }
  }

  @Test
  void an_alert_that_is_gone_is_gone_after_opening_again_and_its_story_stays() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    try (AlertJournal journal = AlertJournal.open(disk, FOLDER)) {
      journal.record(List.of(change(RULE, "a", AlertState.INACTIVE, AlertState.PENDING, 1)));
      journal.record(List.of(change(RULE, "a", AlertState.PENDING, AlertState.INACTIVE, 2)));
    }
    try (AlertJournal journal = AlertJournal.open(disk, FOLDER)) {
      assertThat(journal.alive()).isEmpty();
      assertThat(journal.transitions(Instant.EPOCH, Instant.ofEpochSecond(9), 10))
          .extracting(AlertBook.Transition::to)
          .containsExactly(AlertState.INACTIVE, AlertState.PENDING);
      assertThat(journal.transitions(Instant.ofEpochSecond(1), Instant.ofEpochSecond(2), 10))
          .hasSize(1);
      assertThat(journal.transitions(Instant.EPOCH, Instant.ofEpochSecond(9), 1)).hasSize(1);
    }
  }

  @Test
  void a_full_disk_is_caught_up_with_once_there_is_room() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    try (AlertJournal journal = AlertJournal.open(disk, FOLDER)) {
      disk.capacity(disk.usedBytes());
      assertThat(
              journal.record(List.of(change(RULE, "a", AlertState.INACTIVE, AlertState.FIRING, 1))))
          .isFalse();
      assertThat(journal.failures()).isEqualTo(1);
      assertThat(journal.alive()).hasSize(1);
      disk.capacity(Long.MAX_VALUE);
      journal.maintain();
    }
    try (AlertJournal journal = AlertJournal.open(disk.reboot(), FOLDER)) {
      assertThat(journal.alive()).hasSize(1);
      assertThat(journal.transitions(Instant.EPOCH, Instant.ofEpochSecond(9), 10)).hasSize(1);
    }
  }

  @Test
  void a_record_that_makes_no_sense_is_named_with_file_and_offset() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    try (RecordLog log = RecordLog.open(disk, FOLDER, "test", 1 << 20, (_, _) -> {})) {
      log.append(ByteBuffer.wrap(new byte[] {0x10, 9}));
    }
    assertThatThrownBy(() -> AlertJournal.open(disk, FOLDER))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("00000001.log at offset 8")
        .hasMessageContaining("unknown scope 9");
    assertThat(AlertJournal.check(disk, FOLDER).sound()).isFalse();
  }

  @Test
  void the_worked_example_of_the_format_is_what_is_written() {
    Alert alert =
        new Alert(
            Labels.of("alertname", "Down"),
            Labels.empty(),
            AlertState.FIRING,
            1,
            Instant.ofEpochSecond(10),
            Instant.ofEpochSecond(10),
            null,
            null);
    byte[] bytes =
        AlertRecords.encode(
            List.of(
                new AlertChange(
                    RULE,
                    Instant.ofEpochSecond(10),
                    AlertState.INACTIVE,
                    AlertState.FIRING,
                    alert)),
            AlertRecords.Scope.BOTH,
            AlertRecords.Snapshot.NONE);
    assertThat(HexFormat.ofDelimiter(" ").formatHex(bytes))
        .isEqualTo(
            "10 00 1a 43 0a 01 66 12 01 67 1a 04 44 6f 77 6e 21 07 00 00 00 00 00 00 00"
                + " 28 a0 9c 01 30 00 38 02 41 00 00 00 00 00 00 f0 3f 4a 11 0a 09 61 6c 65 72"
                + " 74 6e 61 6d 65 12 04 44 6f 77 6e 58 02 60 a0 9c 01 68 a0 9c 01");
  }

  /// Whatever the disk does, an opened journal holds every change that was acknowledged, and of the
  /// one under way either nothing or all.
  @Seeds(300)
  void a_power_cut_loses_nothing_that_was_acknowledged(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    CrashDisk disk = new CrashDisk(seed);
    Map<RuleKey, Map<Labels, Alert>> acknowledged = new TreeMap<>(AlertJournalTest::compare);
    List<AlertBook.Transition> timeline = new ArrayList<>();
    int rounds = 2 + (int) (seed / 60);
    for (int round = 0; round < rounds; round++) {
      Map<RuleKey, Map<Labels, Alert>> doubtful = copy(acknowledged);
      List<AlertBook.Transition> doubtfulTimeline = new ArrayList<>(timeline);
      try (AlertJournal journal = AlertJournal.open(disk, FOLDER, 500)) {
        check(journal, acknowledged, timeline);
        disk.powerOffAt(random.nextInt(1, 60));
        while (!disk.off()) {
          List<AlertChange> changes = randomChanges(random, acknowledged);
          doubtful = copy(acknowledged);
          doubtfulTimeline = new ArrayList<>(timeline);
          apply(changes, doubtful, doubtfulTimeline);
          if (journal.record(changes)) {
            acknowledged = copy(doubtful);
            timeline = new ArrayList<>(doubtfulTimeline);
          } else {
            break;
          }
          if (random.nextInt(3) == 0) {
            journal.maintain();
          }
        }
      } catch (IOException e) {
        assertThat(disk.off()).as("only a power cut may fail: %s", e).isTrue();
      }
      disk = disk.reboot();
      try (AlertJournal journal = AlertJournal.open(disk, FOLDER, 500)) {
        Map<RuleKey, Map<Labels, Alert>> found = found(journal);
        assertThat(found).as("seed %s", seed).isIn(acknowledged, doubtful);
        boolean done = found.equals(doubtful);
        acknowledged = copy(done ? doubtful : acknowledged);
        timeline = new ArrayList<>(done ? doubtfulTimeline : timeline);
        if (!done || !doubtful.equals(acknowledged)) {
          check(journal, acknowledged, timeline);
        }
        timeline =
            new ArrayList<>(
                journal
                    .transitions(Instant.EPOCH, Instant.ofEpochSecond(1_000_000), 100_000)
                    .reversed());
      }
      assertThat(AlertJournal.check(disk, FOLDER).problems()).isEmpty();
    }
  }

  private static void check(
      AlertJournal journal,
      Map<RuleKey, Map<Labels, Alert>> expected,
      List<AlertBook.Transition> timeline) {
    assertThat(found(journal)).isEqualTo(expected);
    assertThat(
            journal
                .transitions(Instant.EPOCH, Instant.ofEpochSecond(1_000_000), 100_000)
                .reversed())
        .isEqualTo(timeline);
  }

  private static Map<RuleKey, Map<Labels, Alert>> found(AlertJournal journal) {
    Map<RuleKey, Map<Labels, Alert>> found = new TreeMap<>(AlertJournalTest::compare);
    journal
        .alive()
        .forEach((rule, alerts) -> {
          Map<Labels, Alert> byLabels = new LinkedHashMap<>();
          alerts.forEach(alert -> byLabels.put(alert.labels(), alert));
          found.put(rule, byLabels);
        });
    return found;
  }

  private static int compare(RuleKey left, RuleKey right) {
    return Long.compare(left.fingerprint(), right.fingerprint());
  }

  private static Map<RuleKey, Map<Labels, Alert>> copy(Map<RuleKey, Map<Labels, Alert>> map) {
    Map<RuleKey, Map<Labels, Alert>> copy = new TreeMap<>(AlertJournalTest::compare);
    map.forEach((rule, alerts) -> copy.put(rule, new LinkedHashMap<>(alerts)));
    return copy;
  }

  private static List<AlertChange> randomChanges(
      SplittableRandom random, Map<RuleKey, Map<Labels, Alert>> now) {
    RuleKey rule = new RuleKey("f", "g", "Down", random.nextInt(3));
    Map<Labels, Alert> alerts = now.getOrDefault(rule, Map.of());
    List<AlertChange> changes = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(4); i++) {
      String pod = "p" + i;
      Alert before = alerts.get(Labels.of("alertname", "Down", "pod", pod));
      AlertState from = before == null ? AlertState.INACTIVE : before.state();
      AlertState to = List.of(AlertState.values()).get(random.nextInt(4));
      if (from != to) {
        changes.add(change(rule, pod, from, to, random.nextInt(1, 1_000)));
      }
    }
    return changes;
  }

  private static void apply(
      List<AlertChange> changes,
      Map<RuleKey, Map<Labels, Alert>> state,
      List<AlertBook.Transition> timeline) {
    for (AlertChange change : changes) {
      Labels labels = change.alert().labels();
      if (change.to() == AlertState.INACTIVE) {
        state.getOrDefault(change.rule(), new LinkedHashMap<>()).remove(labels);
        if (state.getOrDefault(change.rule(), Map.of()).isEmpty()) {
          state.remove(change.rule());
        }
      } else {
        state
            .computeIfAbsent(change.rule(), _ -> new LinkedHashMap<>())
            .put(labels, change.alert());
      }
      if (change.isNews()) {
        timeline.add(change.transition());
      }
    }
  }
}
