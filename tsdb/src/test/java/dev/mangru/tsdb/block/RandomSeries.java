package dev.mangru.tsdb.block;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/// Random series for tests, as plain maps and lists: what files must give back.
final class RandomSeries {

  static final Sealed SEALED = new Sealed(0, new TimeRange(0, 7_199_999), 3, 5);

  /// One sample; a histogram's value is its sum.
  record Sample(long timeMs, long startMs, long valueBits, NativeHistogram histogram) {}

  private final Random random;

  /// Times that several series share.
  private final List<long[]> targets = new ArrayList<>();

  RandomSeries(long seed) {
    random = new Random(seed);
    for (int i = 0; i < 3; i++) {
      targets.add(times(1 + random.nextInt(60)));
    }
    if (seed % 16 == 5) {
      targets.add(times(2_500));
    }
  }

  private long[] times(int count) {
    long[] times = new long[count];
    long time = random.nextInt(5) == 0 ? -random.nextInt(1_000_000) : random.nextInt(1_000_000);
    for (int i = 0; i < count; i++) {
      times[i] = time;
      time += random.nextInt(8) == 0 ? 1 + random.nextInt(100_000) : 15_000;
    }
    return times;
  }

  List<Sample> samples() {
    long[] times =
        random.nextInt(4) == 0
            ? times(1 + random.nextInt(20))
            : targets.get(random.nextInt(targets.size()));
    int kind = random.nextInt(6);
    boolean starts = random.nextInt(5) == 0;
    List<Sample> samples = new ArrayList<>(times.length);
    double value = random.nextInt(100);
    for (long time : times) {
      value += random.nextInt(10) * 0.25;
      long start = starts && random.nextInt(3) > 0 ? time - 1_000 : SampleCursor.NO_START;
      if (kind == 0 || (kind == 1 && random.nextBoolean())) {
        NativeHistogram histogram = histogram();
        samples.add(
            new Sample(time, start, Double.doubleToRawLongBits(histogram.sum()), histogram));
      } else {
        long bits =
            switch (random.nextInt(20)) {
              case 0 -> 0x7ff0000000000002L;
              case 1 -> random.nextLong();
              case 2 -> Double.doubleToRawLongBits(-0.0);
              default -> Double.doubleToRawLongBits(value);
            };
        samples.add(new Sample(time, start, bits, null));
      }
    }
    return samples;
  }

  private NativeHistogram histogram() {
    boolean integer = random.nextBoolean();
    int buckets = random.nextInt(6);
    long[] counts = new long[buckets];
    for (int i = 0; i < buckets; i++) {
      counts[i] = integer ? random.nextInt(1_000) : Double.doubleToRawLongBits(random.nextDouble());
    }
    NativeHistogram.ResetHint[] hints = NativeHistogram.ResetHint.values();
    return NativeHistogram.builder(integer)
        .schema(random.nextInt(8))
        .resetHint(hints[random.nextInt(hints.length)])
        .zero(0.001, random.nextInt(3))
        .total(random.nextInt(5_000), random.nextGaussian())
        .positive(buckets == 0 ? new int[0] : new int[] {random.nextInt(5), buckets}, counts)
        .build();
  }

  /// Series by reference, with gaps.
  NavigableMap<Integer, List<Sample>> byRef(int count) {
    TreeMap<Integer, List<Sample>> series = new TreeMap<>();
    int ref = random.nextInt(50);
    for (int i = 0; i < count; i++) {
      series.put(ref, samples());
      ref += random.nextInt(3) == 0 ? 1 + random.nextInt(200) : 1;
    }
    return series;
  }

  /// Series by labels: metrics of a few targets, some with `le`, some without a name or with labels
  /// that sort before `__name__`.
  NavigableMap<Labels, List<Sample>> byLabels(int count) {
    TreeMap<Labels, List<Sample>> series = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      Labels.Builder labels = Labels.builder();
      if (random.nextInt(20) > 0) {
        labels.set(Labels.METRIC_NAME, "metric_" + random.nextInt(5));
      }
      if (random.nextInt(4) == 0) {
        labels.set("le", List.of("0.1", "1", "10", "+Inf").get(random.nextInt(4)));
      }
      if (random.nextInt(10) > 0) {
        int target = random.nextInt(6);
        labels.set("instance", "10.0.0." + target + ":9100").set("job", "job-" + target % 2);
        labels.set("pod", "pod-é-" + target);
      }
      if (random.nextInt(8) == 0) {
        labels.set("A", "" + random.nextInt(3));
      }
      if (random.nextInt(3) == 0) {
        labels.set("zone", List.of("a", "b", "\uD83D\uDE00", "\uE000").get(random.nextInt(4)));
      }
      if (random.nextInt(6) == 0) {
        labels.set("label_" + random.nextInt(4), "" + random.nextInt(300));
      }
      series.put(labels.build(), samples());
    }
    return series;
  }

  static SampleColumns columns(List<Sample> samples) {
    SampleColumns columns = new SampleColumns();
    for (Sample sample : samples) {
      columns.add(
          sample.timeMs(),
          sample.startMs(),
          Double.longBitsToDouble(sample.valueBits()),
          sample.histogram());
    }
    return columns;
  }

  static List<Sample> list(SampleColumns columns) {
    List<Sample> samples = new ArrayList<>(columns.count());
    for (int i = 0; i < columns.count(); i++) {
      samples.add(
          new Sample(
              columns.timesMs()[i],
              columns.startMs(i),
              Double.doubleToRawLongBits(columns.values()[i]),
              columns.histogram(i)));
    }
    return samples;
  }

  static List<Sample> inside(List<Sample> samples, TimeRange range) {
    return samples.stream().filter(sample -> range.contains(sample.timeMs())).toList();
  }

  static long count(Map<?, List<Sample>> series) {
    return series.values().stream().mapToLong(List::size).sum();
  }

  /// A range that begins and ends near samples.
  TimeRange range(List<Sample> samples) {
    long a = samples.get(random.nextInt(samples.size())).timeMs() + random.nextInt(3) - 1;
    long b = samples.get(random.nextInt(samples.size())).timeMs() + random.nextInt(3) - 1;
    return new TimeRange(Math.min(a, b), Math.max(a, b));
  }
}
