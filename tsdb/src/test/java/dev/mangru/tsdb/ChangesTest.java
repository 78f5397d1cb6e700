package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChangesTest {

  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long START = 500_000 * HOUR;

  private long nowMs = START;

  private Changes changes() {
    return new Changes(() -> Instant.ofEpochMilli(nowMs), Long.MIN_VALUE);
  }

  @Test
  void nothing_is_settled_before_the_first_sample_and_the_newest_never_are() {
    Changes changes = changes();
    assertThat(changes.settledMs()).isEqualTo(Long.MIN_VALUE);
    changes.stored(START - HOUR, START - 1_000);
    assertThat(changes.settledMs()).isBetween(START - HOUR, START - 60_000);
    long before = changes.settledMs();
    changes.stored(START + HOUR, START + HOUR);
    assertThat(changes.settledMs()).as("ahead of the clock").isLessThan(START);
    changes.stored(START - HOUR, START - HOUR);
    assertThat(changes.settledMs()).isGreaterThanOrEqualTo(before);
  }

  @Test
  void new_samples_change_nothing_and_late_ones_their_time() {
    Changes changes = changes();
    changes.stored(START, START);
    long number = changes.number();
    changes.stored(START + 1, START + 15_000);
    assertThat(changes.since(number, TimeRange.ALL)).isNull();
    changes.stored(START - 5 * HOUR, START + 15_000);
    TimeRange changed = changes.since(number, TimeRange.ALL);
    assertThat(changed).isNotNull();
    assertThat(changed.startMs()).isBetween(START - 6 * HOUR, START - 5 * HOUR);
    assertThat(changed.endMs()).isGreaterThanOrEqualTo(changes.settledMs());
    assertThat(changes.since(number, new TimeRange(0, START - 6 * HOUR))).isNull();
    assertThat(changes.since(changes.number(), TimeRange.ALL)).isNull();
  }

  /// What is told holds every change, however old, and nothing far from one.
  @Seeds(200)
  void every_change_is_told_of(long seed) {
    Random random = new Random(seed);
    Changes changes = changes();
    changes.stored(nowMs, nowMs);
    record Change(long number, TimeRange range) {}
    List<Change> all = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      long settled = changes.settledMs();
      switch (random.nextInt(4)) {
        case 0 -> {
          nowMs += random.nextLong(random.nextInt(10) == 0 ? 600 * HOUR : HOUR);
          changes.stored(nowMs, nowMs);
        }
        case 1 -> {
          long oldest = settled - random.nextLong(random.nextBoolean() ? HOUR : 700 * HOUR);
          changes.stored(oldest, nowMs);
          all.add(new Change(changes.number(), new TimeRange(oldest, settled)));
        }
        case 2 -> {
          long start = settled - random.nextLong(1_000 * HOUR);
          TimeRange range =
              random.nextInt(8) == 0
                  ? TimeRange.ALL
                  : new TimeRange(start, start + random.nextLong(30 * HOUR));
          changes.changed(range);
          // Nobody has kept anything of what was not settled.
          all.add(
              new Change(
                  changes.number(),
                  new TimeRange(range.startMs(), Math.min(settled, range.endMs()))));
        }
        default -> {
          long before = random.nextLong(changes.number() + 1);
          long start = settled - random.nextLong(900 * HOUR);
          long end = Math.min(settled, start + random.nextLong(400 * HOUR));
          TimeRange within = new TimeRange(start, Math.max(start, end));
          TimeRange told = changes.since(before, within);
          for (Change change : all) {
            if (change.number() > before && change.range().overlaps(within)) {
              assertThat(told).as("%s in %s since %s", change, within, before).isNotNull();
              assertThat(told.startMs())
                  .isLessThanOrEqualTo(Math.max(change.range().startMs(), within.startMs()));
              assertThat(told.endMs())
                  .isGreaterThanOrEqualTo(Math.min(change.range().endMs(), within.endMs()));
            }
          }
        }
      }
    }
  }
}
