package dev.mangru.tsdb.v1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SealPlanTest {

  private static final long RANGE = 7_200_000;
  private static final long GRACE = 300_000;

  @Test
  void windows_are_aligned_and_cover_the_range() {
    assertThat(SealPlan.windows(new TimeRange(RANGE - 1, 2 * RANGE), RANGE))
        .containsExactly(
            new TimeRange(0, RANGE - 1),
            new TimeRange(RANGE, 2 * RANGE - 1),
            new TimeRange(2 * RANGE, 3 * RANGE - 1));
    assertThat(SealPlan.windows(new TimeRange(-1, -1), RANGE))
        .containsExactly(new TimeRange(-RANGE, -1));
  }

  @Seeds(200)
  void samples_spread_over_years_take_few_windows(long seed) {
    Random random = new Random(seed);
    long start = random.nextLong(1L << 41) - (1L << 40);
    TimeRange range = new TimeRange(start, start + random.nextLong(1L << random.nextInt(1, 42)));
    List<TimeRange> windows = SealPlan.windows(range, RANGE);
    assertThat(windows).hasSizeBetween(1, SealPlan.MAX_WINDOWS);
    assertThat(windows.getFirst().contains(range.startMs())).isTrue();
    assertThat(windows.getLast().contains(range.endMs())).isTrue();
    for (int i = 1; i < windows.size(); i++) {
      assertThat(windows.get(i).startMs()).isEqualTo(windows.get(i - 1).endMs() + 1);
    }
  }

  @Test
  void a_window_has_ended_after_its_end_and_the_grace() {
    assertThat(SealPlan.windowEnded(0, RANGE + GRACE - 1, RANGE, GRACE)).isFalse();
    assertThat(SealPlan.windowEnded(0, RANGE + GRACE, RANGE, GRACE)).isTrue();
    assertThat(SealPlan.windowEnded(RANGE - 1, RANGE + GRACE, RANGE, GRACE)).isTrue();
    assertThat(SealPlan.windowEnded(RANGE + GRACE, 2 * RANGE, RANGE, GRACE)).isFalse();
    assertThat(SealPlan.windowEnded(5 * RANGE, RANGE, RANGE, GRACE)).isFalse(); // clock set back
  }
}
