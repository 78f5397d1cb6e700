package dev.mangru.tsdb.promql;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Side;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.QueryMemory;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.Ticker;
import dev.mangru.tsdb.conformance.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// For a fuzzer: whatever parses is evaluated, at an instant and over a range, and ends within a
/// second in an answer or in an error meant for users. The first byte of an input chooses the time,
/// the step and the parts of the language that are on; the rest is the expression.
public final class PromqlEvaluatorFuzz {

  private static final long MINUTE = 60_000;
  private static final Duration TIMEOUT = Duration.ofMillis(300);

  /// Few, so that what would take everything is found out soon.
  private static final long MOST_SAMPLES = 200_000;

  private static final MemoryStore STORE = store();
  private static final QueryMemory MEMORY =
      new QueryMemory(64L << 20, Duration.ZERO, Ticker.SYSTEM);
  private static final PromqlEngine ALL =
      new PromqlEngine(STORE, PromqlOptions.everything(), FuzzClock::cpuNs, MEMORY);
  private static final PromqlEngine DEFAULT =
      new PromqlEngine(STORE, PromqlOptions.defaults(), FuzzClock::cpuNs, MEMORY);

  private PromqlEvaluatorFuzz() {}

  /// Counters, gauges, classic and native histograms, gaps, stale markers, infinities: thirty
  /// minutes of each.
  private static MemoryStore store() {
    MemoryStore store = new MemoryStore();
    Appender to = store.appender();
    for (int s = 0; s < 3; s++) {
      Labels counter =
          Labels.of("__name__", "foo_total", "a", "a" + s, "job", "j", "instance", "i" + s);
      Labels gauge =
          Labels.of("__name__", "foo", "a", "b", "b", "x" + s, "job", "j", "instance", "i" + s);
      Labels other = Labels.of("__name__", "bar", "a", "b", "c", "y" + s);
      for (int i = 0; i < 30; i++) {
        long time = i * MINUTE + s;
        to.append(counter, time, i % 11 == 10 ? 0 : i * (s + 1.5));
        to.append(gauge, time, s == 2 && i % 5 == 0 ? StaleMarker.VALUE : Math.sin(i) * 10);
        if (i % 3 != s) {
          to.append(other, time, i == 20 ? Double.NaN : i == 21 ? Double.POSITIVE_INFINITY : -i);
        }
      }
    }
    for (String le : new String[] {"0.1", "1", "10", "+Inf", "x"}) {
      for (int i = 0; i < 30; i++) {
        to.append(
            Labels.of("__name__", "foo_bucket", "le", le, "a", "b"), i * MINUTE, i * le.length());
      }
    }
    for (int i = 0; i < 30; i++) {
      to.append(
          Labels.of(
              "__name__", "target_info", "job", "j", "instance", "i1", "version", "v" + i / 15),
          i * MINUTE,
          1);
      to.append(Labels.of("__name__", "mixed", "a", "b"), i * MINUTE, i);
    }
    to.commit();
    for (int s = 0; s < 2; s++) {
      Appender histograms = store.appender();
      Labels labels = Labels.of("__name__", "hist", "a", "h" + s);
      for (int i = 0; i < 30; i++) {
        histograms.append(labels, i * MINUTE, SampleCursor.NO_START, histogram(10 * i, s == 1));
      }
      histograms.commit();
    }
    return store;
  }

  /// `each` observations in each of two buckets: with exponential bounds, or with bounds of its
  /// own.
  private static NativeHistogram histogram(double each, boolean custom) {
    return new FloatHistogram(
            custom ? NativeHistogram.CUSTOM_BUCKETS_SCHEMA : 0,
            ResetHint.UNKNOWN,
            0,
            0,
            2 * each,
            5 * each,
            new Side(custom ? new int[] {0, 2} : new int[] {1, 2}, new double[] {each, each}),
            Side.NONE,
            custom ? new double[] {1, 2.5} : new double[0])
        .toNative();
  }

  /// The expressions of the parser's target, with each choice of time and language.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    Random random = new Random(11);
    ExpressionMaker maker = new ExpressionMaker(random);
    List<String> texts = new ArrayList<>(PromqlSeeds.TEXTS);
    for (int i = 0; i < 40; i++) {
      texts.add(maker.vector(i % 4));
    }
    for (String text : texts) {
      seeds.add(((char) random.nextInt(64) + text).getBytes(StandardCharsets.UTF_8));
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2) {
      return;
    }
    int choice = input[0];
    String text = new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
    PromqlEngine engine = (choice & 1) == 0 ? ALL : DEFAULT;
    long time = ((choice >> 1) & 7) * (5 * MINUTE);
    long step = (choice & 16) == 0 ? 17_000L : 5 * MINUTE;
    FuzzClock.within(text, () -> attempt(() -> engine.instant(text, time, limits())));
    FuzzClock.within(
        text, () -> attempt(() -> engine.range(text, time, time + 20 * MINUTE, step, limits())));
    if (MEMORY.held() != 0) {
      throw new AssertionError(MEMORY.held() + " bytes are held after the end: " + text);
    }
  }

  private static MetricQuery.Options limits() {
    return new MetricQuery.Options(TIMEOUT, null, MOST_SAMPLES, new Cancellation());
  }

  private static void attempt(Runnable query) {
    try {
      query.run();
    } catch (MangruException e) {
      if (e.code() == ErrorCode.INTERNAL) {
        throw e;
      }
    }
  }
}
