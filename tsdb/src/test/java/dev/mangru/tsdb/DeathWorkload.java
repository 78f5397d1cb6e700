package dev.mangru.tsdb;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Side;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// What `queries-of-death.txt` says is in the store: an hour, every 15 seconds.
final class DeathWorkload {

  private static final int SAMPLES = 240;
  private static final long INTERVAL_MS = 15_000;

  private DeathWorkload() {}

  /// Fills `store` up to `newestMs`.
  static void fill(MetricStore store, long newestMs) {
    List<Labels> counters = new ArrayList<>();
    for (int i = 0; i < 4_000; i++) {
      counters.add(
          Labels.of(
              "__name__", "requests_total",
              "job", "job-" + i / 1_000,
              "instance", "10.0.0." + i / 20,
              "path", "/api/v1/things/" + i % 10,
              "code", i % 2 == 0 ? "200" : "500"));
    }
    for (int i = 0; i < 2_000; i++) {
      counters.add(
          Labels.of(
              "__name__",
              "latency_bucket",
              "instance",
              "10.0.0." + i / 10,
              "le",
              i % 10 == 9 ? "+Inf" : String.valueOf(0.1 * (1 << i % 10))));
    }
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      StringBuilder payload = new StringBuilder();
      for (int k = 0; k < 1_500; k++) {
        payload.append((char) ('a' + random.nextInt(3)));
      }
      counters.add(
          Labels.of(
              "__name__", "unique", "id", "id-" + i, "payload", payload.append(i).toString()));
    }
    for (int i = 0; i < 200; i++) {
      counters.add(
          Labels.of(
              "__name__", "target_info",
              "job", "job-" + i / 50,
              "instance", "10.0.0." + i,
              "version", "1." + i % 7));
    }
    counters.add(Labels.of("__name__", "up", "job", "job-0", "instance", "10.0.0.0"));
    List<Labels> histograms = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      histograms.add(Labels.of("__name__", "native_latency", "instance", "10.0.0." + i));
    }
    for (int s = 0; s < SAMPLES; s++) {
      long time = newestMs - (SAMPLES - 1 - s) * INTERVAL_MS;
      Appender to = store.appender();
      for (int i = 0; i < counters.size(); i++) {
        to.append(counters.get(i), time, s * (i % 97 + 1.25));
      }
      for (int i = 0; i < histograms.size(); i++) {
        to.append(histograms.get(i), time, SampleCursor.NO_START, histogram(s + 1).toNative());
      }
      to.commit();
    }
  }

  private static FloatHistogram histogram(int growth) {
    int[] indexes = new int[40];
    double[] counts = new double[40];
    for (int i = 0; i < counts.length; i++) {
      indexes[i] = i - 20;
      counts[i] = (double) growth * (i % 5 + 1);
    }
    return new FloatHistogram(
        2,
        ResetHint.UNKNOWN,
        0.001,
        growth,
        growth * 121.0,
        growth * 7.5,
        new Side(indexes, counts),
        Side.NONE,
        new double[0]);
  }
}
