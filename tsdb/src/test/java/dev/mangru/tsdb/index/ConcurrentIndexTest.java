package dev.mangru.tsdb.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class ConcurrentIndexTest {

  private static final int SERIES = 60_000;

  /// Labels that follow from the number, so that a reader can check what it gets. Runs of seven
  /// with the same pod, metric names that come round, values of their own.
  private static Labels labels(int i) {
    return Labels.of(
        "__name__",
        "m" + i % 7,
        "pod",
        "pod-" + i / 7,
        "group",
        "g" + i / 1000,
        "odd",
        i % 2 == 1 ? "yes" : "");
  }

  @Test
  void readers_see_exactly_what_was_published_while_a_writer_adds()
      throws InterruptedException, ExecutionException {
    LabelIndex index = new LabelIndex();
    AtomicInteger end = new AtomicInteger();
    List<Future<Integer>> readers = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int r = 0; r < 3; r++) {
        long seed = r;
        readers.add(pool.submit(() -> read(index, end, new Random(seed))));
      }
      pool.submit(
              () -> {
                for (int i = 0; i < SERIES; i++) {
                  index.ensure(i + 1);
                  assertThat(index.findOrAdd(labels(i), i)).isEqualTo(i);
                  end.setRelease(i + 1);
                }
              })
          .get();
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    }
  }

  private static int read(LabelIndex index, AtomicInteger published, Random random) {
    int rounds = 0;
    int end;
    do {
      end = published.getAcquire();
      SeriesView view = new SeriesView(index, end);
      int metric = random.nextInt(7);
      check(view, "__name__", "m" + metric, i -> i % 7 == metric);
      int near = Math.max(0, end - 1 - random.nextInt(30));
      check(view, "pod", "pod-" + near / 7, i -> i / 7 == near / 7);
      check(view, "odd", "yes", i -> i % 2 == 1);
      if (end > 0) {
        assertThat((Object) view.labels(near)).isEqualTo(labels(near));
        assertThat(view.find(labels(near))).isEqualTo(near);
        assertThat(view.find(labels(end + random.nextInt(3)))).isEqualTo(-1);
      }
      int groups = (end + 999) / 1000;
      assertThat(view.values("group")).hasSize(groups);
      if (rounds % 16 == 0) {
        LabelMatcher matcher = LabelMatcher.of(Operator.REGEX, "group", "g.*[05]");
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < end; i++) {
          if (i / 1000 % 5 == 0) {
            expected.add(i);
          }
        }
        assertThat(view.select(List.of(matcher)).toArray())
            .isEqualTo(expected.stream().mapToInt(Integer::intValue).toArray());
      }
      rounds++;
    } while (end < SERIES);
    return rounds;
  }

  private static void check(SeriesView view, String name, String value, IntPredicate wanted) {
    int[] found = view.select(List.of(LabelMatcher.equal(name, value))).toArray();
    int at = 0;
    for (int i = 0; i < view.endNumber(); i++) {
      if (wanted.test(i)) {
        assertThat(at < found.length && found[at] == i).as("%s=%s has %s", name, value, i).isTrue();
        at++;
      }
    }
    assertThat(found.length).isEqualTo(at);
  }
}
