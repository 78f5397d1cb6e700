package dev.mangru.tsdb;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.SummaryPlanner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random batches, clocks and queries from a seed. The clock only goes on.
final class Workload {

  static final long START_MS = Instant.parse("2026-03-01T01:50:00Z").toEpochMilli();

  /// How many sent samples may be sent again.
  private static final int REMEMBERED = 30;

  private static final List<LabelMatcher.Operator> OPERATORS =
      List.of(LabelMatcher.Operator.values());

  private static final List<ResetHint> HINTS = List.of(ResetHint.values());

  private final Random random;
  private final List<Sample> sent = new ArrayList<>();
  private long nowMs = START_MS;

  Workload(long seed) {
    random = new Random(seed);
  }

  /// Summaries of some kind for most seeds; soon, so that there are many.
  static List<SummaryPlanner.Rule> downsampling(long seed) {
    SummaryPlanner.Rule fine =
        new SummaryPlanner.Rule(
            Resolution.D5M, Duration.ofHours(seed % 7), Duration.ofHours(30 + seed % 50));
    SummaryPlanner.Rule coarse =
        new SummaryPlanner.Rule(Resolution.D1H, Duration.ofHours(seed % 9), Duration.ofDays(500));
    return switch ((int) (seed % 4)) {
      case 0 -> List.of();
      case 1 -> List.of(fine);
      case 2 -> List.of(coarse);
      default -> List.of(fine, coarse);
    };
  }

  Random random() {
    return random;
  }

  long nowMs() {
    return nowMs;
  }

  Instant now() {
    return Instant.ofEpochMilli(nowMs);
  }

  /// Time passes: mostly seconds, sometimes hours.
  void tick() {
    nowMs +=
        switch (random.nextInt(10)) {
          case 0 -> random.nextLong(5_000_000);
          case 1 -> random.nextLong(30_000_000);
          default -> random.nextLong(30_000);
        };
  }

  record Sample(Labels labels, long timestampMs, Held held) {}

  List<Sample> batch() {
    return batch(1 + random.nextInt(random.nextInt(10) == 0 ? 400 : 12));
  }

  List<Sample> batch(int size) {
    List<Sample> batch = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      batch.add(sample());
    }
    return batch;
  }

  /// One that is new, or one that was sent: as it was, with other contents, or a bit later.
  private Sample sample() {
    if (!sent.isEmpty() && random.nextInt(6) == 0) {
      Sample before = sent.get(random.nextInt(sent.size()));
      return switch (random.nextInt(4)) {
        case 0 -> new Sample(before.labels(), before.timestampMs(), held(before.labels()));
        case 1 -> new Sample(before.labels(), before.timestampMs() + 1, before.held());
        default -> before;
      };
    }
    long time =
        switch (random.nextInt(12)) {
          case 0 -> nowMs - random.nextLong(100_000_000);
          case 1 -> nowMs - random.nextLong(5_000_000_000L);
          case 2 -> nowMs + random.nextLong(700_000);
          default -> nowMs - random.nextLong(20_000);
        };
    Labels labels = labels();
    Sample sample = new Sample(labels, time / 1_000 * 1_000, held(labels));
    if (sent.size() < REMEMBERED) {
      sent.add(sample);
    } else {
      sent.set(random.nextInt(REMEMBERED), sample);
    }
    return sample;
  }

  static void append(List<Sample> batch, Appender appender) {
    for (Sample sample : batch) {
      Held held = sample.held();
      NativeHistogram histogram = held.histogram();
      if (histogram != null) {
        appender.append(sample.labels(), sample.timestampMs(), held.startMs(), histogram);
      } else if (held.startMs() != SampleCursor.NO_START) {
        appender.append(sample.labels(), sample.timestampMs(), held.startMs(), held.value());
      } else {
        appender.append(sample.labels(), sample.timestampMs(), held.value());
      }
    }
  }

  private Labels labels() {
    Labels.Builder builder = Labels.builder().set(Labels.METRIC_NAME, "m" + random.nextInt(4));
    if (random.nextInt(3) > 0) {
      builder.set("a", "v" + random.nextInt(4));
    }
    if (random.nextInt(3) > 0) {
      builder.set("b", random.nextInt(5) == 0 ? "망루" : "w" + random.nextInt(3));
    }
    if (random.nextInt(5) == 0) {
      builder.set("pod", "p" + (nowMs - START_MS) / 10_000_000); // old ones end, new ones begin
    }
    return builder.build();
  }

  /// Floats, with start timestamps for some series; one metric is histograms, mostly.
  private Held held(Labels labels) {
    String metric = labels.get(Labels.METRIC_NAME);
    int strange = random.nextInt(30);
    if (metric.equals("m3") != (strange == 0)) {
      NativeHistogram histogram = histogram();
      return Held.of(random.nextInt(3) == 0 ? start() : 0, histogram.sum(), histogram);
    }
    boolean started = metric.equals("m2") || strange == 1;
    return Held.of(started ? start() : SampleCursor.NO_START, value(), null);
  }

  private long start() {
    return switch (random.nextInt(6)) {
      case 0 -> SampleCursor.NO_START;
      case 1 -> nowMs + random.nextLong(100_000);
      case 2 -> random.nextLong();
      default -> nowMs / 50_000_000 * 50_000_000;
    };
  }

  private double value() {
    return switch (random.nextInt(8)) {
      case 0 -> StaleMarker.VALUE;
      case 1 -> Double.longBitsToDouble(random.nextLong());
      case 2 -> random.nextDouble();
      default -> random.nextInt(5);
    };
  }

  private NativeHistogram histogram() {
    boolean integer = random.nextBoolean();
    NativeHistogram.Builder built = NativeHistogram.builder(integer);
    built.resetHint(HINTS.get(random.nextInt(HINTS.size())));
    if (random.nextInt(8) == 0) {
      return built.total(0, StaleMarker.VALUE).build();
    }
    boolean custom = random.nextInt(4) == 0;
    int buckets = random.nextInt(4) == 0 ? random.nextInt(9) : 3;
    built.schema(custom ? NativeHistogram.CUSTOM_BUCKETS_SCHEMA : random.nextInt(13) - 4);
    built.zero(random.nextBoolean() ? 0x1p-128 : random.nextDouble(), count(integer));
    built.total(count(integer), value());
    built.positive(new int[] {random.nextInt(3) - 1, buckets}, counts(integer, buckets));
    if (!custom && random.nextInt(3) == 0) {
      built.negative(new int[] {0, 1, random.nextInt(2), 2}, counts(integer, 3));
    }
    if (custom) {
      double[] bounds = new double[buckets];
      for (int i = 0; i < buckets; i++) {
        bounds[i] = i * 0.25 + random.nextInt(2);
      }
      built.customBounds(bounds);
    }
    return built.build();
  }

  private long[] counts(boolean integer, int buckets) {
    long[] counts = new long[buckets];
    for (int i = 0; i < buckets; i++) {
      counts[i] = count(integer);
    }
    return counts;
  }

  private long count(boolean integer) {
    long count = random.nextInt(50) == 0 ? random.nextLong() : random.nextInt(1_000);
    return integer ? count : Double.doubleToRawLongBits(count * 0.5);
  }

  TimeRange range() {
    if (random.nextInt(4) == 0) {
      return TimeRange.ALL;
    }
    long start = nowMs - random.nextLong(random.nextBoolean() ? 100_000 : 100_000_000);
    return new TimeRange(
        start, start + random.nextLong(random.nextBoolean() ? 10_000 : 100_000_000));
  }

  List<LabelMatcher> matchers() {
    List<LabelMatcher> matchers = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      String name = List.of("a", "b", Labels.METRIC_NAME, "pod", "none").get(random.nextInt(5));
      LabelMatcher.Operator operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
      List<String> values =
          switch (operator) {
            case EQUAL, NOT_EQUAL -> List.of("v1", "w2", "m0", "", "망루", "m3", "p1");
            case REGEX, NOT_REGEX ->
                List.of("v.", "w1|w2|", "m[01]", ".*", ".+", "망루|v0", "", "p[0-3]?", "m(2|3)");
          };
      matchers.add(LabelMatcher.of(operator, name, values.get(random.nextInt(values.size()))));
    }
    return matchers;
  }
}
