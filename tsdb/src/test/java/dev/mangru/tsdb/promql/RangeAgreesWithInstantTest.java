package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.Seeds;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// A range query, evaluated series by series for all steps at once, says at each step what an
/// instant query says there; or both fail.
class RangeAgreesWithInstantTest {

  private static final long STEP = 37_000;

  @Seeds(150)
  void at_every_step(long seed) {
    Random random = new Random(seed);
    SeriesBook book = randomBook(random);
    PromqlEngine engine =
        book.engine(
            PromqlOptions.everything().with(PromqlFeature.DELAYED_NAME_REMOVAL, seed % 2 == 0));
    long start = random.nextInt(1_200_000);
    for (int i = 0; i < 20; i++) {
      // The bounds of the query are its own time in an instant query.
      String expression =
          new ExpressionMaker(random)
              .vector(1 + (int) (seed % 4))
              .replace("@ start()", "@ 600")
              .replace("@ end()", "@ 600");
      compare(engine, expression, start, start + 5 * STEP);
    }
  }

  private static void compare(PromqlEngine engine, String expression, long start, long end) {
    Map<Labels, Map<Long, Double>> steps = new TreeMap<>();
    boolean failed = false;
    for (long t = start; t <= end; t += STEP) {
      try {
        QueryValue value = engine.instant(expression, t, MetricQuery.Options.defaults()).value();
        for (QueryValue.Sample sample : ((QueryValue.Vector) value).samples()) {
          steps.computeIfAbsent(sample.labels(), _ -> new TreeMap<>()).put(t, sample.value());
        }
      } catch (MangruException e) {
        assertThat(e.code()).as(expression).isEqualTo(ErrorCode.EXECUTION);
        failed = true;
      }
    }
    Map<Labels, Map<Long, Double>> range = new TreeMap<>();
    try {
      QueryValue value =
          engine.range(expression, start, end, STEP, MetricQuery.Options.defaults()).value();
      for (QueryValue.Points points : ((QueryValue.Matrix) value).series()) {
        for (int i = 0; i < points.count(); i++) {
          range
              .computeIfAbsent(points.labels(), _ -> new TreeMap<>())
              .put(points.timestampsMs()[i], points.values()[i]);
        }
      }
    } catch (MangruException e) {
      assertThat(failed).as("%s failed over the range: %s", expression, e.text()).isTrue();
      return;
    }
    assertThat(failed).as("%s failed at an instant", expression).isFalse();
    assertThat(range).as(expression).isEqualTo(steps);
  }

  private static SeriesBook randomBook(Random random) {
    SeriesBook book = new SeriesBook();
    for (String name : new String[] {"a", "b_total", "sum", "job:x:rate5m", "quoted name"}) {
      for (int s = 0; s < 1 + random.nextInt(4); s++) {
        Labels labels =
            Labels.of(
                "__name__",
                name,
                "job",
                "j" + random.nextInt(2),
                "le",
                random.nextBoolean() ? "1" : "+Inf",
                "i",
                String.valueOf(s));
        for (int i = 0; i < 100; i++) {
          int kind = random.nextInt(40);
          if (kind > 2) {
            double value =
                kind == 3 ? StaleMarker.VALUE : kind == 4 ? Double.NaN : random.nextInt(100) - 20;
            book.sample(labels, i * 15_000L + random.nextInt(3), value);
          }
        }
      }
    }
    return book;
  }
}
