package dev.mangru.autoscaler.journal;

import static dev.mangru.autoscaler.control.HpaFixtures.NOW;
import static dev.mangru.autoscaler.control.HpaFixtures.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.autoscaler.control.Contest;
import dev.mangru.autoscaler.control.HpaMemory;
import dev.mangru.autoscaler.control.Replay;
import dev.mangru.autoscaler.control.ScaleIntent;
import dev.mangru.autoscaler.horizontal.ScaleEvents;
import dev.mangru.autoscaler.horizontal.Stabilization.Recommendation;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DecisionJournalTest {

  private static final JournalOptions SMALL = new JournalOptions(Duration.ofDays(1), 50, 4_000);

  private static Path folder(CrashDisk disk) {
    return disk.root().resolve("journal");
  }

  private static DecisionJournal open(CrashDisk disk) throws IOException {
    return DecisionJournal.open(disk, folder(disk), SMALL);
  }

  private static Decision decision(int number, Instant time, Decision.Outcome outcome) {
    Decision.Input input =
        new Decision.Input(
            "cpu",
            71.5,
            "percent",
            50.0,
            1.43,
            5,
            true,
            time,
            Map.of("ready", List.of("web-1", "web-2"), "missing", List.of()),
            Map.of("averageMilli", "715"),
            null,
            "usage ratio");
    return new Decision(
        time,
        Decision.Kind.WORKLOAD,
        "playground",
        "shop",
        "web-" + number % 3,
        "Deployment/web",
        outcome,
        3,
        5,
        "number " + number,
        "SucceededRescale",
        List.of(input),
        List.of(new Decision.Clamp("maxReplicas", 9, 5, "more than maxReplicas")),
        List.of(new Decision.ApiCall("PUT Deployment/web/scale", true, "done")),
        Duration.ofMillis(3));
  }

  private static DecisionLog.Query all() {
    return new DecisionLog.Query(
        null, null, null, Instant.MIN, Instant.MAX, false, Long.MAX_VALUE, 10_000);
  }

  private static HpaMemory memory(int replicas, Instant time) {
    return new HpaMemory(
        List.of(new Recommendation(replicas, time)),
        new ScaleEvents(List.of(new ScaleEvents.Event(2, time, false))),
        ScaleEvents.NONE,
        new Contest(replicas, List.of(time), 1, time.plusSeconds(60)));
  }

  private static ScaleIntent intent(String uid, Decision decision, HpaMemory ifWritten) {
    return new ScaleIntent(uid, "shop", decision.name(), WEB, 3, 5, decision, ifWritten);
  }

  @Test
  void what_was_kept_is_found_again_after_a_restart_newest_first() throws IOException {
    CrashDisk disk = new CrashDisk(3);
    try (DecisionJournal journal = open(disk)) {
      for (int i = 0; i < 10; i++) {
        assertThat(journal.append(decision(i, NOW.plusSeconds(i), Decision.Outcome.SCALED)))
            .isEqualTo(i + 1);
      }
    }
    try (DecisionJournal journal = open(disk.reboot())) {
      assertThat(journal.find(all()))
          .extracting(DecisionLog.Entry::number)
          .containsExactly(10L, 9L, 8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
      assertThat(journal.get(4).decision())
          .isEqualTo(decision(3, NOW.plusSeconds(3), Decision.Outcome.SCALED));
      assertThat(
              journal.find(
                  new DecisionLog.Query(
                      Decision.Kind.WORKLOAD,
                      "shop",
                      "web-1",
                      NOW.plusSeconds(2),
                      NOW.plusSeconds(9),
                      true,
                      8,
                      1)))
          .extracting(DecisionLog.Entry::number)
          .containsExactly(5L);
      assertThat(journal.append(decision(0, NOW, Decision.Outcome.HELD))).isEqualTo(11);
    }
  }

  @Test
  void old_and_many_decisions_go_and_numbers_do_not_go_back() throws IOException {
    CrashDisk disk = new CrashDisk(4);
    try (DecisionJournal journal = open(disk)) {
      for (int i = 0; i < 300; i++) {
        journal.append(decision(i, NOW.plusSeconds(i), Decision.Outcome.HELD));
      }
      assertThat(journal.find(all())).hasSize(50);
      assertThat(disk.usedBytes()).isLessThan(60_000);
      journal.append(decision(1, NOW.plus(Duration.ofDays(3)), Decision.Outcome.HELD));
      assertThat(journal.find(all())).hasSize(1);
    }
    try (DecisionJournal journal = open(disk.reboot())) {
      assertThat(journal.append(decision(2, NOW.plus(Duration.ofDays(3)), Decision.Outcome.HELD)))
          .isEqualTo(302);
    }
  }

  @Test
  void an_intent_whose_decision_was_kept_is_settled_when_opened() throws IOException {
    CrashDisk disk = new CrashDisk(5);
    Decision done = decision(1, NOW, Decision.Outcome.SCALED);
    try (DecisionJournal journal = open(disk)) {
      journal.intend(intent("a", done, memory(5, NOW)));
      journal.append(done); // and then the process was killed
      journal.intend(intent("b", decision(2, NOW, Decision.Outcome.SCALED), memory(7, NOW)));
    }
    try (DecisionJournal journal = open(disk.reboot())) {
      assertThat(journal.unsettled()).extracting(ScaleIntent::uid).containsExactly("b");
      assertThat(journal.memory("a")).isEqualTo(memory(5, NOW));
      assertThat(journal.memory("b")).isEqualTo(HpaMemory.NONE);
      journal.settle("b", decision(2, NOW, Decision.Outcome.FAILED), false);
      assertThat(journal.unsettled()).isEmpty();
      assertThat(journal.memory("b")).isEqualTo(HpaMemory.NONE);
      journal.settle("b", decision(2, NOW, Decision.Outcome.FAILED), true);
      assertThat(journal.find(all())).hasSize(2);
    }
  }

  @Test
  void an_autoscaler_that_is_gone_is_forgotten() throws IOException {
    CrashDisk disk = new CrashDisk(6);
    try (DecisionJournal journal = open(disk)) {
      journal.remember(Map.of("a", memory(1, NOW), "b", memory(2, NOW)), Set.of("a", "b"));
      journal.remember(Map.of(), Set.of("b"));
    }
    try (DecisionJournal journal = open(disk.reboot())) {
      assertThat(journal.memory("a")).isEqualTo(HpaMemory.NONE);
      assertThat(journal.memory("b")).isEqualTo(memory(2, NOW));
    }
  }

  @Test
  void a_full_disk_refuses_and_heals() throws IOException {
    CrashDisk disk = new CrashDisk(7);
    try (DecisionJournal journal = open(disk)) {
      journal.remember(Map.of("a", memory(1, NOW)), Set.of("a"));
      disk.capacity(disk.usedBytes());
      assertThatThrownBy(() -> journal.append(decision(1, NOW, Decision.Outcome.HELD)))
          .isInstanceOf(MangruException.class);
      assertThatThrownBy(() -> journal.remember(Map.of("a", next(memory(1, NOW), 2)), Set.of("a")))
          .isInstanceOf(MangruException.class);
      disk.capacity(Long.MAX_VALUE);
      journal.append(decision(2, NOW, Decision.Outcome.HELD));
      journal.remember(Map.of("a", next(next(memory(1, NOW), 2), 3)), Set.of("a"));
    }
    try (DecisionJournal journal = open(disk.reboot())) {
      assertThat(journal.memory("a")).isEqualTo(next(next(memory(1, NOW), 2), 3));
      assertThat(journal.find(all())).hasSize(1);
    }
  }

  private static HpaMemory next(HpaMemory before, int replicas) {
    List<Recommendation> more = new ArrayList<>(before.recommendations());
    more.add(new Recommendation(replicas, NOW.plusSeconds(more.size())));
    return before.recommending(more);
  }

  @Seeds(150)
  void nothing_acknowledged_is_lost_when_the_power_is_cut(long seed) throws IOException {
    Random random = new Random(seed);
    CrashDisk disk = new CrashDisk(seed);
    Map<Long, Decision> kept = new TreeMap<>();
    Map<String, HpaMemory> memories = new HashMap<>();
    Map<String, HpaMemory> maybe = new HashMap<>();
    for (int life = 0; life < 3; life++) {
      if (life > 0 || random.nextBoolean()) {
        disk.powerOffAt(random.nextInt(10 + (int) seed));
      }
      try (DecisionJournal journal = open(disk)) {
        check(journal, kept, memories, maybe);
        memories.clear();
        for (String uid : List.of("a", "b")) {
          memories.put(uid, journal.memory(uid));
        }
        maybe.clear();
        for (int step = 0; step < 15; step++) {
          if (random.nextBoolean()) {
            Decision decision = decision(step, NOW.plusSeconds(step), Decision.Outcome.SCALED);
            kept.put(journal.append(decision), decision);
          } else {
            String uid = random.nextBoolean() ? "a" : "b";
            HpaMemory next =
                random.nextInt(4) == 0
                    ? memory(step, NOW)
                    : next(
                        memories.get(uid).recommending(recommendations(memories.get(uid))), step);
            maybe.put(uid, next);
            journal.remember(Map.of(uid, next), Set.of("a", "b"));
            memories.put(uid, next);
            maybe.clear();
          }
        }
      } catch (IOException | MangruException e) {
        assertThat(disk.off()).describedAs("only a power cut may stop it: %s", e).isTrue();
      }
      disk = disk.reboot();
    }
    try (DecisionJournal journal = open(disk)) {
      check(journal, kept, memories, maybe);
    }
  }

  @Test
  void lists_leave_out_what_only_replaying_needs_and_single_decisions_have_it() throws IOException {
    CrashDisk disk = new CrashDisk(4);
    try (DecisionJournal journal = open(disk)) {
      Decision plain = decision(1, NOW, Decision.Outcome.HELD);
      Decision.Input large =
          new Decision.Input(
              Replay.SNAPSHOT,
              null,
              "",
              null,
              null,
              null,
              false,
              NOW,
              Map.of(),
              Map.of("input", "{}"),
              null,
              "");
      List<Decision.Input> inputs = new ArrayList<>(plain.inputs());
      inputs.add(large);
      Decision whole =
          new Decision(
              plain.time(),
              plain.kind(),
              plain.cluster(),
              plain.namespace(),
              plain.name(),
              plain.target(),
              plain.outcome(),
              plain.current(),
              plain.desired(),
              plain.summary(),
              plain.reason(),
              inputs,
              plain.clamps(),
              plain.calls(),
              plain.took());
      long number = journal.append(whole);
      assertThat(journal.find(all()))
          .extracting(DecisionLog.Entry::decision)
          .containsExactly(plain);
      assertThat(journal.get(number).decision()).isEqualTo(whole);
    }
  }

  private static List<Recommendation> recommendations(HpaMemory memory) {
    return memory.recommendations() == null ? List.of() : memory.recommendations();
  }

  private static void check(
      DecisionJournal journal,
      Map<Long, Decision> kept,
      Map<String, HpaMemory> memories,
      Map<String, HpaMemory> maybe) {
    kept.forEach((number, decision) ->
        assertThat(journal.get(number))
            .describedAs("decision %d", number)
            .isEqualTo(new DecisionLog.Entry(number, decision)));
    memories.forEach((uid, memory) ->
        assertThat(journal.memory(uid)).isIn(memory, maybe.getOrDefault(uid, memory)));
  }
}
