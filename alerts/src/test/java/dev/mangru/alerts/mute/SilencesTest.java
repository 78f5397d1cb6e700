package dev.mangru.alerts.mute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.alert.Silence;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SilencesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final SilenceOptions SMALL = new SilenceOptions(3, 1_000, Duration.ofHours(1));

  private CrashDisk disk = new CrashDisk(1);
  private final List<Silences> opened = new ArrayList<>();

  private Silences open() throws IOException {
    Silences silences =
        Silences.open(
            disk, disk.root().resolve("silences"), SMALL, new SplittableRandom(opened.size()));
    opened.add(silences);
    return silences;
  }

  @AfterEach
  void close() {
    opened.forEach(Silences::close);
  }

  private static Silence silence(String id, int fromMinute, int toMinute) {
    return new Silence(
        id,
        List.of(LabelMatcher.equal("team", "a")),
        NOW.plus(Duration.ofMinutes(fromMinute)),
        NOW.plus(Duration.ofMinutes(toMinute)),
        "someone",
        "because",
        NOW,
        Labels.of("ticket", "1"));
  }

  private static Instant minute(int minute) {
    return NOW.plus(Duration.ofMinutes(minute));
  }

  @Test
  void a_silence_is_there_after_the_power_was_cut_right_behind_its_acknowledgement()
      throws IOException {
    Silences silences = open();
    String id = silences.put(silence("", 0, 10), NOW);
    disk = disk.reboot();
    Silence found = open().silence(id);
    assertThat(found).isEqualTo(silences.silence(id));
    assertThat(found).isNotNull();
    assertThat(found.annotations().get("ticket")).isEqualTo("1");
  }

  @Test
  void a_start_in_the_past_becomes_now() throws IOException {
    Silences silences = open();
    Silence made = silences.silence(silences.put(silence("", -5, 10), NOW));
    assertThat(made).isNotNull();
    assertThat(made.startsAt()).isEqualTo(NOW);
  }

  @Test
  void extending_an_active_silence_keeps_its_id() throws IOException {
    Silences silences = open();
    String id = silences.put(silence("", 0, 10), NOW);
    assertThat(silences.put(silence(id, 0, 60), minute(5))).isEqualTo(id);
    assertThat(silences.active(minute(30))).hasSize(1);
  }

  @Test
  void other_matchers_end_the_old_silence_and_make_another() throws IOException {
    Silences silences = open();
    String id = silences.put(silence("", 0, 10), NOW);
    Silence other =
        new Silence(id, List.of(LabelMatcher.equal("team", "b")), NOW, minute(20), "x", "y", NOW);
    String made = silences.put(other, minute(5));
    assertThat(made).isNotEqualTo(id);
    Silence old = silences.silence(id);
    assertThat(old).isNotNull();
    assertThat(old.state(minute(5))).isEqualTo(Silence.State.EXPIRED);
    assertThat(old.endsAt()).isEqualTo(minute(5));
  }

  @Test
  void an_expired_silence_that_is_changed_comes_back_under_another_id() throws IOException {
    Silences silences = open();
    String id = silences.put(silence("", 0, 10), NOW);
    silences.expire(id, minute(1));
    assertThat(silences.put(silence(id, 2, 20), minute(2))).isNotEqualTo(id);
    assertThatThrownBy(() -> silences.expire(id, minute(3)))
        .hasMessageContaining("already expired");
  }

  @Test
  void expiring_a_pending_silence_ends_it_before_it_began() throws IOException {
    Silences silences = open();
    String id = silences.put(silence("", 5, 10), NOW);
    silences.expire(id, minute(1));
    Silence ended = silences.silence(id);
    assertThat(ended).isNotNull();
    assertThat(ended.startsAt()).isEqualTo(minute(1));
    assertThat(silences.active(minute(6))).isEmpty();
  }

  @Test
  void what_makes_no_sense_is_refused_with_alertmanagers_words() throws IOException {
    Silences silences = open();
    assertThatThrownBy(
            () -> silences.put(new Silence("", List.of(), NOW, minute(1), "", "", NOW), NOW))
        .hasMessage("invalid silence: at least one matcher required");
    Silence all =
        new Silence("", List.of(LabelMatcher.equal("a", "")), NOW, minute(1), "", "", NOW);
    assertThatThrownBy(() -> silences.put(all, NOW))
        .hasMessage("invalid silence: at least one matcher must not match the empty string");
    assertThatThrownBy(() -> silences.put(silence("", 5, 1), NOW))
        .hasMessage("invalid silence: end time must not be before start time");
    assertThatThrownBy(() -> silences.put(silence("nobody", 0, 1), NOW))
        .isInstanceOfSatisfying(
            MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    assertThatThrownBy(() -> silences.expire("nobody", NOW)).hasMessageContaining("not found");
  }

  @Test
  void more_than_the_limit_is_refused_until_old_ones_are_dropped() throws IOException {
    Silences silences = open();
    for (int i = 0; i < 3; i++) {
      silences.put(silence("", 0, 10), NOW);
    }
    assertThatThrownBy(() -> silences.put(silence("", 0, 10), NOW))
        .hasMessageContaining("exceeded maximum number of silences: 3 (limit: 3)");
    silences.put(silence("", 100, 110), minute(100));
    assertThat(silences.silences()).hasSize(1);
  }

  @Test
  void one_that_is_too_large_is_refused() throws IOException {
    Silences silences = open();
    Silence large =
        new Silence(
            "", List.of(LabelMatcher.equal("a", "b")), NOW, minute(1), "", "x".repeat(1_000), NOW);
    assertThatThrownBy(() -> silences.put(large, NOW))
        .hasMessageContaining("silence exceeded maximum size");
  }

  @Test
  void matching_ids_are_sorted_and_only_of_active_silences() throws IOException {
    Silences silences = open();
    String one = silences.put(silence("", 0, 10), NOW);
    String two = silences.put(silence("", 0, 10), NOW);
    silences.put(silence("", 5, 10), NOW);
    assertThat(Silences.matching(silences.active(NOW), Labels.of("team", "a")))
        .containsExactlyElementsOf(List.of(one, two).stream().sorted().toList());
    assertThat(Silences.matching(silences.active(NOW), Labels.of("team", "b"))).isEmpty();
  }

  /// Random changes, rewriting of the journal, and power cuts: what was acknowledged is there.
  @Seeds(100)
  void no_acknowledged_silence_is_lost(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    disk = new CrashDisk(seed);
    SilenceOptions options = new SilenceOptions(100_000, 10_000, Duration.ofDays(9));
    Map<String, Silence> acknowledged = new LinkedHashMap<>();
    String doubtful = "";
    int rounds = 1 + (int) Math.min(seed / 20, 4);
    for (int round = 0; round < rounds; round++) {
      Silences silences = Silences.open(disk, disk.root().resolve("s"), options, random.split());
      for (Silence expected : acknowledged.values()) {
        if (!expected.id().equals(doubtful)) {
          assertThat(silences.silence(expected.id())).isEqualTo(expected);
        }
      }
      doubtful = "";
      disk.powerOffAt(random.nextInt(200));
      try {
        for (int step = 0; step < 60; step++) {
          List<String> ids = new ArrayList<>(acknowledged.keySet());
          Instant now = minute(round * 60 + step);
          if (!ids.isEmpty() && random.nextInt(3) == 0) {
            doubtful = ids.get(random.nextInt(ids.size()));
            Silence known = silences.silence(doubtful);
            if (known == null || known.state(now) == Silence.State.EXPIRED) {
              continue;
            }
            silences.expire(doubtful, now);
            Silence after = silences.silence(doubtful);
            assertThat(after).isNotNull();
            acknowledged.put(doubtful, after);
          } else {
            int from = round * 60 + step;
            String id = silences.put(silence("", from, from + random.nextInt(1, 90)), now);
            Silence after = silences.silence(id);
            assertThat(after).isNotNull();
            acknowledged.put(id, after);
          }
          doubtful = "";
        }
      } catch (MangruException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      } finally {
        silences.close();
      }
      disk = disk.reboot();
      if (!doubtful.isEmpty()) {
        acknowledged.remove(doubtful);
      }
    }
  }

  @Test
  void a_journal_that_has_grown_is_written_anew() throws IOException {
    Silences silences = open();
    String id = silences.put(silence("", 0, 10), NOW);
    for (int i = 0; i < 1_100; i++) {
      silences.put(silence(id, 0, 10 + i % 5), NOW);
    }
    assertThat(disk.list(disk.root().resolve("silences"))).hasSize(1);
    disk = disk.reboot();
    assertThat(open().silence(id)).isEqualTo(silences.silence(id));
  }
}
