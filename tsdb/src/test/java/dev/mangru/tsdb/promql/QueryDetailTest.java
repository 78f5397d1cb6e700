package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricQuery.Detail;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.QueryPlan;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryStats;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.testkit.Seeds;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What queries tell of themselves does not change what they answer.
final class QueryDetailTest {

  private static QueryResult run(PromqlEngine engine, String expression, Detail detail) {
    return engine.range(
        expression, 600_000, 1_200_000, 30_000, MetricQuery.Options.defaults().withDetail(detail));
  }

  private static String told(QueryValue value) {
    StringBuilder text = new StringBuilder();
    for (QueryValue.Points points : ((QueryValue.Matrix) value).series()) {
      text.append(points.labels()).append(Arrays.toString(points.timestampsMs()));
      text.append(Arrays.toString(points.values())).append(Arrays.toString(points.histograms()));
    }
    return text.toString();
  }

  @Seeds(150)
  void answers_are_the_same_whatever_is_told_beside_them(long seed) {
    Random random = new Random(seed);
    PromqlEngine engine = new PromqlEngine(store(random), PromqlOptions.everything());
    String expression = new ExpressionMaker(random).vector(3);
    String plain;
    try {
      plain = told(run(engine, expression, Detail.NONE).value());
    } catch (MangruException _) {
      return; // such as equal label sets; the same for all
    }
    QueryResult totals = run(engine, expression, Detail.SAMPLES);
    QueryResult steps = run(engine, expression, Detail.SAMPLES_PER_STEP);
    QueryResult planned = run(engine, expression, Detail.PLAN);
    assertThat(told(totals.value())).as(expression).isEqualTo(plain);
    assertThat(told(steps.value())).as(expression).isEqualTo(plain);
    assertThat(told(planned.value())).as(expression).isEqualTo(plain);
    QueryStats stats = steps.stats();
    assertThat(Arrays.stream(stats.queryableSamplesPerStep()).sum())
        .as(expression)
        .isEqualTo(stats.queryableSamples())
        .isEqualTo(totals.stats().queryableSamples());
    QueryPlan plan = planned.plan();
    assertThat(plan).isNotNull();
    assertThat(samples(plan)).as(expression).isEqualTo(planned.samplesRead());
    QueryPlan only = run(engine, expression, Detail.PLAN_ONLY).plan();
    assertThat(only).isNotNull();
    assertThat(shape(only)).isEqualTo(shape(plan));
  }

  private static long samples(QueryPlan plan) {
    QueryPlan.Cost cost = plan.cost();
    long sum = cost == null ? 0 : cost.samples();
    for (QueryPlan input : plan.inputs()) {
      sum += samples(input);
    }
    return sum;
  }

  private static String shape(QueryPlan plan) {
    StringBuilder text = new StringBuilder(plan.operator()).append(plan.expression()).append('(');
    plan.inputs().forEach(input -> text.append(shape(input)));
    return text.append(')').toString();
  }

  private static MetricStore store(Random random) {
    SeriesBook book = new SeriesBook();
    Appender appender = book.store.appender();
    for (String name : new String[] {"a", "b_total", "sum", "start", "quoted name"}) {
      for (int s = 0; s < 3; s++) {
        Labels labels = Labels.of("__name__", name, "job", "j" + s);
        for (int i = 0; i < 60; i++) {
          appender.append(
              labels, 300_000 + i * 15_000L + random.nextInt(1000), random.nextInt(100));
        }
      }
    }
    appender.commit();
    return book.store;
  }

  @Test
  void a_query_that_asks_for_nothing_tells_nothing() {
    PromqlEngine engine = new PromqlEngine(store(new Random(1)), PromqlOptions.defaults());
    QueryResult result = run(engine, "sum(rate(b_total[1m]))", Detail.NONE);
    assertThat(result.plan()).isNull();
    assertThat(result.stats()).isSameAs(QueryStats.NONE);
  }

  @Test
  void windows_that_overlap_count_their_samples_again() {
    PromqlEngine engine = new PromqlEngine(store(new Random(1)), PromqlOptions.defaults());
    QueryResult result = run(engine, "rate(b_total[1m])", Detail.SAMPLES);
    assertThat(result.stats().queryableSamples()).isEqualTo(3L * 4 * 21);
    assertThat(result.samplesRead()).isLessThan(3L * 4 * 21);
    assertThat(result.stats().peakSamples()).isPositive();
  }
}
