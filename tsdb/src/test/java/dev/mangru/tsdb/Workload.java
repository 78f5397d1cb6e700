package dev.mangru.tsdb;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.TimeRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random batches, clocks and queries from a seed. The clock only goes on.
final class Workload {

  static final long START_MS = Instant.parse("2026-03-01T01:50:00Z").toEpochMilli();

  private static final List<LabelMatcher.Operator> OPERATORS =
      List.of(LabelMatcher.Operator.values());

  private final Random random;
  private long nowMs = START_MS;

  Workload(long seed) {
    random = new Random(seed);
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

  record Sample(Labels labels, long timestampMs, double value) {}

  List<Sample> batch() {
    int size = 1 + random.nextInt(random.nextInt(10) == 0 ? 400 : 12);
    List<Sample> batch = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      long time =
          switch (random.nextInt(12)) {
            case 0 -> nowMs - random.nextLong(100_000_000);
            case 1 -> nowMs - random.nextLong(5_000_000_000L);
            case 2 -> nowMs + random.nextLong(700_000);
            default -> nowMs - random.nextLong(20_000);
          };
      batch.add(new Sample(labels(), time / 1_000 * 1_000, value()));
    }
    return batch;
  }

  static void append(List<Sample> batch, Appender appender) {
    for (Sample sample : batch) {
      appender.append(sample.labels(), sample.timestampMs(), sample.value());
    }
  }

  private Labels labels() {
    Labels.Builder builder = Labels.builder().set(Labels.METRIC_NAME, "m" + random.nextInt(3));
    if (random.nextInt(3) > 0) {
      builder.set("a", "v" + random.nextInt(4));
    }
    if (random.nextInt(3) > 0) {
      builder.set("b", random.nextInt(5) == 0 ? "망루" : "w" + random.nextInt(3));
    }
    return builder.build();
  }

  private double value() {
    return switch (random.nextInt(8)) {
      case 0 -> StaleMarker.VALUE;
      case 1 -> Double.longBitsToDouble(random.nextLong());
      case 2 -> random.nextDouble();
      default -> random.nextInt(5);
    };
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
      String name = List.of("a", "b", Labels.METRIC_NAME, "none").get(random.nextInt(4));
      LabelMatcher.Operator operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
      List<String> values =
          switch (operator) {
            case EQUAL, NOT_EQUAL -> List.of("v1", "w2", "m0", "", "망루");
            case REGEX, NOT_REGEX -> List.of("v.", "w1|w2|", "m[01]", ".*", ".+", "망루|v0", "");
          };
      matchers.add(LabelMatcher.of(operator, name, values.get(random.nextInt(values.size()))));
    }
    return matchers;
  }
}
