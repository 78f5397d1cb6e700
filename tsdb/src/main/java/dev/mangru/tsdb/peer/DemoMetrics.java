package dev.mangru.tsdb.peer;

import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Metrics with the names and labels of the demo service that the compliance tester's queries are
/// about, from three instances, every five seconds. Always the same. Stateless.
///
/// Source: the queries, and the metrics that github.com/juliusv/prometheus_demo_service exposes.
final class DemoMetrics {

  /// The first sample.
  static final long START = 1_699_999_200_000L;

  /// The last one; the queries look back for up to an hour.
  static final long END = START + 85 * 60_000;

  private static final long INTERVAL = 5_000;
  private static final List<String> BOUNDS =
      List.of("0.0001", "0.00025", "0.001", "0.005", "0.025", "0.1", "0.5", "+Inf");

  private final SplittableRandom random = new SplittableRandom(42);
  private final List<PeerSeries> all = new ArrayList<>();
  private final Labels target;

  private DemoMetrics(int instance) {
    target = Labels.of("job", "demo", "instance", "demo.promlabs.com:" + (10_000 + instance));
  }

  private interface Next {
    double at(int step);
  }

  /// All series, sorted by labels.
  static List<PeerSeries> series() {
    List<PeerSeries> all = new ArrayList<>();
    for (int instance = 0; instance < 3; instance++) {
      DemoMetrics metrics = new DemoMetrics(instance);
      metrics.resources(instance);
      metrics.requests();
      all.addAll(metrics.all);
    }
    all.sort((a, b) -> a.labels().compareTo(b.labels()));
    return all;
  }

  private void add(Next next, String name, String... labels) {
    Labels.Builder builder = target.toBuilder().set(Labels.METRIC_NAME, name);
    for (int i = 0; i < labels.length; i += 2) {
      builder.set(labels[i], labels[i + 1]);
    }
    List<PeerSeries.Sample> samples = new ArrayList<>();
    int step = 0;
    for (long time = START; time <= END; time += INTERVAL) {
      double value = next.at(step++);
      if (value != Double.NEGATIVE_INFINITY) { // no sample
        samples.add(PeerSeries.Sample.of(time, value));
      }
    }
    all.add(new PeerSeries(builder.build(), samples));
  }

  private void resources(int instance) {
    add(_ -> 1, "up");
    add(_ -> 4, "demo_num_cpus");
    for (String type : List.of("buffers", "cached", "free", "used")) {
      double level = 5e8 + random.nextInt(500_000_000);
      add(
          step -> Math.rint(level + 1e8 * Math.sin(step / 60.0) + random.nextInt(1_000_000)),
          "demo_memory_usage_bytes",
          "type",
          type);
    }
    for (String mode : List.of("idle", "system", "user")) {
      double[] seconds = {random.nextDouble() * 1000};
      int restart = 300 + 100 * instance;
      add(
          step -> {
            seconds[0] = step == restart ? 0 : seconds[0] + random.nextDouble() * 5;
            return seconds[0];
          },
          "demo_cpu_usage_seconds_total",
          "mode",
          mode);
    }
    add(_ -> 160e9, "demo_disk_total_bytes");
    add(step -> 1e9 + step * 1e6 + random.nextInt(10_000_000), "demo_disk_usage_bytes");
    double[] success = {START / 1000.0};
    add(
        step -> {
          if (step % 12 == 0 && random.nextInt(4) > 0) {
            success[0] = START / 1000.0 + step * (INTERVAL / 1000);
          }
          return success[0];
        },
        "demo_batch_last_success_timestamp_seconds");
    add(
        step -> step / 60 % 2 == 0 ? step % 17 : Double.NEGATIVE_INFINITY,
        "demo_intermittent_metric");
  }

  private void requests() {
    for (String path : List.of("/api/bar", "/api/foo", "/api/nonexistent")) {
      int size = BOUNDS.size();
      double[] counts = new double[size];
      double[][] history = new double[(int) ((END - START) / INTERVAL) + 1][];
      for (int step = 0; step < history.length; step++) {
        for (int i = 0; i < size; i++) {
          double grown = random.nextInt(6);
          for (int above = i; above < size; above++) {
            counts[above] += grown;
          }
        }
        history[step] = counts.clone();
      }
      String[] labels = {"method", "GET", "path", path, "status", "200"};
      for (int i = 0; i < size; i++) {
        int bucket = i;
        String[] withBound = new String[labels.length + 2];
        System.arraycopy(labels, 0, withBound, 0, labels.length);
        withBound[labels.length] = "le";
        withBound[labels.length + 1] = BOUNDS.get(i);
        add(step -> history[step][bucket], "demo_api_request_duration_seconds_bucket", withBound);
      }
      add(step -> history[step][size - 1], "demo_api_request_duration_seconds_count", labels);
      add(step -> history[step][size - 1] * 0.013, "demo_api_request_duration_seconds_sum", labels);
    }
  }
}
