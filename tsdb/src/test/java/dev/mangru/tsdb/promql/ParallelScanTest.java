package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleColumns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Several threads read one selection; the answer and its order are those of one thread.
@Timeout(60)
class ParallelScanTest {

  private static final int SERIES = 1_500;
  private static final long STEP = 15_000;
  private static final long END = 300 * STEP;

  private static ArrayStore store(boolean concurrently) {
    Random random = new Random(7);
    ArrayStore store = new ArrayStore(concurrently);
    for (int s = 0; s < SERIES; s++) {
      SampleColumns samples = new SampleColumns();
      double value = 0;
      int target = random.nextInt(20);
      for (int i = random.nextInt(3) == 0 ? 100 : 0; i < 300; i++) {
        value = random.nextInt(100) == 0 ? 0 : value + random.nextDouble() * 1e3;
        samples.add(i * STEP + target * 31L, value);
      }
      store.add(
          Labels.of(
              "__name__", "c_total", "g", "g" + random.nextInt(7), "t", "t" + target, "s", "" + s),
          samples);
    }
    return store;
  }

  private static PromqlEngine engine(ArrayStore store) {
    return new PromqlEngine(store, PromqlOptions.defaults());
  }

  private static List<String> answer(PromqlEngine engine, String expression) {
    QueryValue.Matrix matrix =
        (QueryValue.Matrix)
            engine.range(expression, 0, END, STEP, MetricQuery.Options.defaults()).value();
    List<String> lines = new ArrayList<>();
    for (QueryValue.Points points : matrix.series()) {
      StringBuilder line = new StringBuilder(points.labels().toString());
      for (int i = 0; i < points.count(); i++) {
        line.append(' ').append(points.timestampsMs()[i]).append('=');
        line.append(Long.toHexString(Double.doubleToLongBits(points.values()[i])));
      }
      lines.add(line.toString());
    }
    return lines;
  }

  @Test
  void the_bits_are_those_of_one_thread_each_time() {
    PromqlEngine alone = engine(store(false));
    ArrayStore shared = store(true);
    for (String expression :
        List.of(
            "sum by (g) (rate(c_total[5m]))",
            "avg(increase(c_total[2m])) / sum(c_total)",
            "stddev without (s) (avg_over_time(c_total[10m]))",
            "max by (t) (max_over_time(c_total[1m]))",
            "topk(3, rate(c_total[5m]))",
            "quantile(0.9, c_total)")) {
      List<String> expected = answer(alone, expression);
      assertThat(expected).isNotEmpty();
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThat(answer(engine(shared), expression)).as(expression).isEqualTo(expected);
      }
    }
    assertThat(shared.lateReads).hasValue(0);
  }

  @Test
  void more_than_one_thread_reads_where_there_is_more_than_one_core() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    ArrayStore store = store(true);
    store.beforeRead = () -> threads.add(Thread.currentThread());
    for (int attempt = 0; attempt < 200 && threads.size() < 2; attempt++) {
      answer(engine(store), "sum(rate(c_total[5m]))");
    }
    int cores = Runtime.getRuntime().availableProcessors();
    assertThat(threads).hasSizeGreaterThanOrEqualTo(Math.min(2, cores));
  }

  @Test
  void many_queries_at_a_time_all_get_their_answer() throws Exception {
    List<String> expected = answer(engine(store(false)), "sum by (g) (rate(c_total[5m]))");
    PromqlEngine shared = engine(store(true));
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<List<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        answers.add(threads.submit(() -> answer(shared, "sum by (g) (rate(c_total[5m]))")));
      }
      for (Future<List<String>> one : answers) {
        assertThat(one.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void a_failure_of_any_thread_ends_the_query_and_nobody_reads_on() {
    ArrayStore store = store(true);
    store.beforeRead =
        () -> {
          if (store.reads.get() > 700) {
            throw MangruException.badData("unreadable");
          }
        };
    assertThatThrownBy(() -> answer(engine(store), "sum(rate(c_total[5m]))"))
        .hasMessageContaining("unreadable");
    assertThat(store.lateReads).hasValue(0);
    assertThat(store.reads.get()).isLessThan(SERIES);
  }

  @Test
  void a_cancelled_query_ends_on_all_threads() throws Exception {
    ArrayStore store = store(true);
    Cancellation cancellation = new Cancellation();
    store.beforeRead =
        () -> {
          if (store.reads.get() == 600) {
            cancellation.request();
          }
        };
    MetricQuery.Options options =
        new MetricQuery.Options(Duration.ofMinutes(1), null, 50_000_000, cancellation);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> query =
          threads.submit(
              () -> engine(store).range("sum(rate(c_total[5m]))", 0, END, STEP, options));
      assertThatThrownBy(query::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELED));
    }
    assertThat(store.lateReads).hasValue(0);
    assertThat(store.reads.get()).isLessThan(SERIES);
  }

  @Test
  void a_budget_without_room_for_helpers_is_enough_for_one_thread() {
    MetricQuery.Options options =
        new MetricQuery.Options(Duration.ofMinutes(1), null, 20_000, new Cancellation());

    QueryValue value =
        engine(store(true)).range("sum(rate(c_total[5m]))", 0, END, STEP, options).value();

    assertThat(((QueryValue.Matrix) value).series()).hasSize(1);
  }
}
