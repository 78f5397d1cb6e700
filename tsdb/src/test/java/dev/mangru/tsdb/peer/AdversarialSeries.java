package dev.mangru.tsdb.peer;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.StaleMarker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Makes series that queries stumble over: resets, gaps, staleness, strange floats, histograms of
/// every kind beside floats, names that need quotes, label sets that collide once the name is gone.
/// The same seed makes the same series.
final class AdversarialSeries {

  /// The first sample; a full hour.
  static final long START = 1_699_999_200_000L;

  /// How long all series last.
  static final long SPAN = 3_600_000;

  private static final long SCRAPE = 15_000;
  private static final double[] STRANGE = {
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    -0.0,
    0,
    1e300,
    -1e300,
    1.5e308,
    Double.MIN_VALUE,
    2.2250738585072014e-308,
    1e100,
    -1e100,
    1,
    -1,
    1e-7,
    1e21,
    123456789.12345679,
    0.1,
    -2.5,
    1_700_000_000,
    Double.longBitsToDouble(StaleMarker.NORMAL_NAN_BITS),
    Double.longBitsToDouble(0x7ff8000000000123L),
  };

  private static final int[] NEGATIVE = {-2, 1, 1, 2};

  private final Random random;
  private final List<PeerSeries> all = new ArrayList<>();

  private AdversarialSeries(long seed) {
    random = new Random(seed);
  }

  /// All series, sorted by labels.
  static List<PeerSeries> of(long seed) {
    AdversarialSeries series = new AdversarialSeries(seed);
    series.bench();
    series.strange();
    series.classicHistograms();
    series.nativeHistograms();
    series.all.sort((a, b) -> a.labels().compareTo(b.labels()));
    return series.all;
  }

  private void add(List<PeerSeries.Sample> samples, String... labels) {
    if (!samples.isEmpty()) {
      all.add(new PeerSeries(Labels.of(labels), samples));
    }
  }

  private interface Next {
    double at(int step);
  }

  private List<PeerSeries.Sample> every(long interval, Next next) {
    List<PeerSeries.Sample> samples = new ArrayList<>();
    int step = 0;
    for (long time = START; time <= START + SPAN; time += interval) {
      samples.add(PeerSeries.Sample.of(time, next.at(step++)));
    }
    return samples;
  }

  /// Counters, gauges and states as services have them.
  private void bench() {
    for (String job : List.of("api", "web")) {
      for (int instance = 0; instance < 3; instance++) {
        String host = "host-" + instance + ":9100";
        for (String code : List.of("200", "404", "500")) {
          double[] value = {random.nextInt(1000)};
          add(
              every(
                  SCRAPE,
                  _ -> {
                    value[0] = random.nextInt(60) == 0 ? 0 : value[0] + random.nextInt(50);
                    return value[0];
                  }),
              "__name__",
              "requests_total",
              "job",
              job,
              "instance",
              host,
              "code",
              code);
        }
        double level = random.nextDouble() * 1e9;
        add(
            every(SCRAPE, i -> level + 1e7 * Math.sin(i / 9.0) + random.nextInt(1000)),
            "__name__",
            "memory_bytes",
            "job",
            job,
            "instance",
            host);
        add(
            every(SCRAPE, _ -> random.nextInt(10) == 0 ? 0 : 1),
            "__name__",
            "up",
            "job",
            job,
            "instance",
            host);
        add(
            every(60_000, _ -> 1),
            "__name__",
            "target_info",
            "job",
            job,
            "instance",
            host,
            "version",
            "v" + instance);
        add(
            every(60_000, _ -> 1),
            "__name__",
            "build_info",
            "job",
            job,
            "instance",
            host,
            "branch",
            "b" + instance % 2);
      }
    }
    add(every(SCRAPE, _ -> 4), "__name__", "cpus", "job", "api");
    add(every(SCRAPE, i -> START / 1000.0 - i), "__name__", "last_success_timestamp_seconds");
  }

  private void strange() {
    for (int i = 0; i < 4; i++) {
      add(
          every(SCRAPE, _ -> STRANGE[random.nextInt(STRANGE.length)]),
          "__name__",
          "strange",
          "i",
          "" + i,
          "job",
          i % 2 == 0 ? "api" : "web");
      add(irregular(), "__name__", "irregular", "i", "" + i, "job", i % 2 == 0 ? "api" : "web");
      add(withGaps(), "__name__", "gaps", "i", "" + i);
      int group = i / 2;
      // equal but for the name, so that they collide without it
      add(every(SCRAPE, _ -> random.nextInt(5)), "__name__", "one", "g", "" + group, "i", "" + i);
      add(every(SCRAPE, _ -> random.nextInt(5)), "__name__", "two", "g", "" + group, "i", "" + i);
      add(every(30_000, step -> step * 0.1), "__name__", "dotted.metric", "label.dot", "v" + i);
      double constant = STRANGE[random.nextInt(STRANGE.length)];
      add(every(SCRAPE, _ -> constant), "__name__", "constant", "i", "" + i);
    }
    add(every(60_000, i -> i), "__name__", "온도", "위치", "서울");
    add(every(60_000, i -> -i), "__name__", "온도", "위치", "부산", "i", "2");
    add(List.of(PeerSeries.Sample.of(START + SPAN / 2, 42)), "__name__", "single", "i", "0");
    add(
        List.of(
            PeerSeries.Sample.of(START + SPAN / 2, 1),
            PeerSeries.Sample.of(START + SPAN / 2 + 1, StaleMarker.VALUE)),
        "__name__",
        "single",
        "i",
        "1");
    for (int i = 0; i < 60; i++) {
      int number = i;
      add(
          every(60_000, step -> (number * 7919 + step) % 101),
          "__name__",
          "wide",
          "n",
          "" + i,
          "n10",
          "" + i % 10,
          "even",
          i % 2 == 0 ? "yes" : "no");
    }
    String[] many = new String[402];
    many[0] = "__name__";
    many[1] = "labelled";
    for (int i = 1; i <= 200; i++) {
      many[2 * i] = "l" + i;
      many[2 * i + 1] = "v" + i;
    }
    add(every(60_000, i -> i), many);
    add(every(60_000, i -> i % 7), "__name__", "typed_total", "__more__", "counter", "_", "s");
    add(every(60_000, i -> i % 5), "__name__", "typed", "__more__", "gauge", "job", "api");
    for (String value :
        List.of("a", "a\nb", "quote\"d", "back\\slash", "é", "x.y", "10", "9", "")) {
      add(every(60_000, i -> i), "__name__", "texts", "t", value, "u", "u" + value.length());
    }
  }

  private List<PeerSeries.Sample> irregular() {
    List<PeerSeries.Sample> samples = new ArrayList<>();
    double value = 0;
    for (long time = START + random.nextInt(5000); time <= START + SPAN; ) {
      value = random.nextInt(20) == 0 ? random.nextDouble() : value + random.nextDouble() * 10;
      samples.add(PeerSeries.Sample.of(time, value));
      time += 1 + random.nextInt(random.nextInt(10) == 0 ? 400_000 : 30_000);
    }
    return samples;
  }

  private List<PeerSeries.Sample> withGaps() {
    List<PeerSeries.Sample> samples = new ArrayList<>();
    boolean there = true;
    double value = 0;
    for (long time = START; time <= START + SPAN; time += SCRAPE) {
      value += random.nextInt(3);
      if (random.nextInt(12) == 0) {
        if (there && random.nextBoolean()) {
          samples.add(PeerSeries.Sample.of(time, StaleMarker.VALUE));
        }
        there = !there;
      } else if (there) {
        samples.add(PeerSeries.Sample.of(time, value));
      }
    }
    return samples;
  }

  private void classicHistograms() {
    for (int i = 0; i < 4; i++) {
      String host = "host-" + i + ":9100";
      List<String> bounds = new ArrayList<>(List.of("0.1", "0.5", "1", "2.5", "10"));
      if (i != 3) {
        bounds.add("+Inf"); // without it there are no quantiles
      }
      if (i == 2) {
        bounds.add("-1");
        bounds.add("bad");
      }
      double[] counts = new double[bounds.size()];
      List<List<PeerSeries.Sample>> buckets = new ArrayList<>();
      bounds.forEach(_ -> buckets.add(new ArrayList<>()));
      List<PeerSeries.Sample> total = new ArrayList<>();
      List<PeerSeries.Sample> sum = new ArrayList<>();
      for (long time = START; time <= START + SPAN; time += SCRAPE) {
        double cumulated = 0;
        for (int b = 0; b < counts.length; b++) {
          counts[b] = random.nextInt(200) == 0 ? 0 : counts[b] + random.nextInt(4);
          cumulated += i == 1 && random.nextInt(20) == 0 ? -1 : counts[b]; // not monotonic
          buckets.get(b).add(PeerSeries.Sample.of(time, cumulated));
        }
        total.add(PeerSeries.Sample.of(time, cumulated));
        sum.add(PeerSeries.Sample.of(time, cumulated * 0.7));
      }
      for (int b = 0; b < counts.length; b++) {
        add(
            buckets.get(b),
            "__name__",
            "latency_seconds_bucket",
            "instance",
            host,
            "le",
            bounds.get(b));
      }
      add(total, "__name__", "latency_seconds_count", "instance", host);
      add(sum, "__name__", "latency_seconds_sum", "instance", host);
    }
  }

  private void nativeHistograms() {
    for (int i = 0; i < 5; i++) {
      String job = i % 2 == 0 ? "api" : "web";
      add(histograms(i, ResetHint.UNKNOWN, false), "__name__", "nh", "i", "" + i, "job", job);
      add(histograms(i, ResetHint.GAUGE, false), "__name__", "nh_gauge", "i", "" + i, "job", job);
      String custom = i < 2 ? "nhcb" : "bounds_change"; // from the third variant on they do
      add(histograms(i, ResetHint.UNKNOWN, true), "__name__", custom, "i", "" + i, "job", job);
    }
    for (int i = 0; i < 3; i++) {
      List<PeerSeries.Sample> mixed = new ArrayList<>();
      for (PeerSeries.Sample one : histograms(i, ResetHint.UNKNOWN, i == 2)) {
        boolean number = one.timestampMs() / 300_000 % 2 == 0 || random.nextInt(30) == 0;
        mixed.add(number ? PeerSeries.Sample.of(one.timestampMs(), random.nextInt(9)) : one);
      }
      add(mixed, "__name__", "mixed", "i", "" + i, "job", "api");
    }
    for (int schema = -4; schema <= 8; schema++) {
      add(
          List.of(PeerSeries.Sample.of(START, everyBucket(schema))),
          "__name__",
          "bounds",
          "schema",
          "" + schema);
    }
    add(histograms(0, ResetHint.UNKNOWN, false), "__name__", "both", "i", "0");
    add(every(SCRAPE, i -> i % 5), "__name__", "both", "i", "1");
    // a classic and a native histogram of one name
    add(histograms(1, ResetHint.UNKNOWN, false), "__name__", "clash");
    add(every(SCRAPE, i -> i), "__name__", "clash", "le", "1");
    add(every(SCRAPE, i -> i + 3.0), "__name__", "clash", "le", "+Inf");
  }

  /// One observation in each bucket of two powers of two, or in a few of the widest.
  private static NativeHistogram everyBucket(int schema) {
    int buckets = schema <= 0 ? 8 : 2 << schema;
    long[] counts = new long[buckets];
    Arrays.fill(counts, 1);
    return NativeHistogram.builder(true)
        .schema(schema)
        .total(buckets, buckets)
        .positive(new int[] {-buckets / 2, buckets}, counts)
        .build();
  }

  /// Histograms that grow, are reset, and change their resolution, zero bucket or bounds.
  private List<PeerSeries.Sample> histograms(int variant, ResetHint hint, boolean custom) {
    List<PeerSeries.Sample> samples = new ArrayList<>();
    boolean integer = variant % 2 == 0;
    int schema = custom ? NativeHistogram.CUSTOM_BUCKETS_SCHEMA : variant - 1;
    double threshold = custom ? 0 : 0x1p-14;
    double[] bounds = custom ? new double[] {0.5, 1, 2, 5} : new double[0];
    long[] positive = new long[custom ? 5 : 8];
    long[] negative = new long[custom || variant == 3 ? 0 : 3];
    // Newer versions than 3.5 keep increases of histograms from reaching below zero; not seen here.
    Arrays.fill(positive, 500);
    long zero = 0;
    double sum = 0;
    for (long time = START; time <= START + SPAN; time += SCRAPE) {
      int event = random.nextInt(60);
      if (event == 0) {
        Arrays.fill(positive, 0);
        Arrays.fill(negative, 0);
        zero = 0;
        sum = 0;
      } else if (event == 1 && !custom && variant > 1) {
        schema = random.nextInt(5) - 1;
      } else if (event == 2 && !custom && variant > 0) {
        threshold = new double[] {0, 0x1p-14, 0.25, 4}[random.nextInt(4)];
      } else if (event == 3 && custom && variant > 1) {
        bounds = random.nextBoolean() ? new double[] {0.5, 1, 2, 5} : new double[] {-1, 1, 3, 5};
      } else if (event == 4) {
        samples.add(PeerSeries.Sample.of(time, StaleMarker.VALUE));
        continue;
      } else if (event == 5) {
        continue;
      }
      for (int b = 0; b < positive.length; b++) {
        positive[b] += random.nextInt(3);
      }
      for (int b = 0; b < negative.length; b++) {
        negative[b] += random.nextInt(2);
      }
      zero += custom ? 0 : random.nextInt(2);
      sum += random.nextInt(40) / 4.0;
      boolean nan = variant == 4 && random.nextInt(40) == 0;
      long count = zero + Arrays.stream(positive).sum() + Arrays.stream(negative).sum();
      long near = zero;
      if (!custom) {
        near +=
            Arrays.stream(positive).sum()
                - Arrays.stream(outside(threshold, schema, spans(variant), positive)).sum()
                + Arrays.stream(negative).sum()
                - Arrays.stream(outside(threshold, schema, NEGATIVE, negative)).sum();
      }
      NativeHistogram.Builder builder =
          NativeHistogram.builder(integer)
              .resetHint(hint)
              .schema(schema)
              .zero(threshold, counted(integer, near))
              .total(counted(integer, count), nan ? Double.NaN : sum)
              .customBounds(bounds);
      builder.positive(
          custom ? new int[] {0, 5} : spans(variant),
          counted(
              integer, custom ? positive : outside(threshold, schema, spans(variant), positive)));
      if (negative.length > 0) {
        builder.negative(
            NEGATIVE, counted(integer, outside(threshold, schema, NEGATIVE, negative)));
      }
      samples.add(PeerSeries.Sample.of(time, builder.build()));
    }
    return samples;
  }

  /// The counts of those buckets that do not lie in the zero bucket; 0 for the others.
  private static long[] outside(double threshold, int schema, int[] spans, long[] counts) {
    long[] kept = counts.clone();
    int index = 0;
    int bucket = 0;
    for (int i = 0; kept.length > 0 && i < spans.length; i += 2) {
      index += spans[i];
      for (int n = 0; n < spans[i + 1]; n++) {
        if (Math.pow(2, index * Math.pow(2, -schema)) <= threshold) {
          kept[bucket] = 0;
        }
        index++;
        bucket++;
      }
    }
    return kept;
  }

  private static int[] spans(int variant) {
    return variant % 2 == 0 ? new int[] {-3, 8} : new int[] {-4, 3, 2, 4, 1, 1};
  }

  private static long counted(boolean integer, long count) {
    return integer ? count : Double.doubleToRawLongBits(count / 2.0);
  }

  private static long[] counted(boolean integer, long[] counts) {
    return Arrays.stream(counts).map(count -> counted(integer, count)).toArray();
  }
}
