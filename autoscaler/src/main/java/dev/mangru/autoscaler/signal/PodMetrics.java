package dev.mangru.autoscaler.signal;

import dev.mangru.autoscaler.control.MetricReading;
import dev.mangru.autoscaler.control.MetricSpec;
import dev.mangru.autoscaler.control.PodFacts;
import dev.mangru.autoscaler.control.TargetRef;
import dev.mangru.autoscaler.control.UsageSource;
import dev.mangru.autoscaler.horizontal.PodSample;
import dev.mangru.autoscaler.horizontal.PodSample.ContainerUsage;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Samples for autoscaling, by PromQL. Thread-safe.
///
/// CPU and memory come from cAdvisor's series, once for each namespace and resource of a pass, all
/// autoscalers together. As with metrics-server a pod counts only if each of its containers has a
/// sample, and a sample older than the window is none.
///
/// Metrics of pods, objects and external ones are series of that name. A name that ends in `_total`
/// is a counter: its rate per second over the window is taken. Pods metrics are found by the labels
/// `namespace` and `pod`; an object's by `namespace` and its kind in lower case, such as
/// `deployment="web"`; external ones by the metric's selector alone.
public final class PodMetrics implements UsageSource {

  private final MetricQuery query;
  private final SignalOptions options;

  /// Reads through `query`.
  public PodMetrics(MetricQuery query, SignalOptions options) {
    this.query = query;
    this.options = options;
  }

  @Override
  public Usage at(Instant now) {
    return new Snapshot(now);
  }

  /// How much one container uses.
  private record Measured(long milli, Instant timestamp) {}

  /// A namespace's usage of a resource: containers by pod; or why there is none.
  private record NamespaceUsage(
      Map<String, Map<String, Measured>> byPod, @Nullable String problem) {}

  private final class Snapshot implements Usage {

    private final Instant now;
    private final Map<String, NamespaceUsage> usage = new ConcurrentHashMap<>();

    Snapshot(Instant now) {
      this.now = now;
    }

    @Override
    public MetricReading resource(
        String namespace, String resource, @Nullable String container, List<PodFacts> pods) {
      String series =
          switch (resource) {
            case "cpu" -> "container_cpu_usage_seconds_total";
            case "memory" -> "container_memory_working_set_bytes";
            default -> "";
          };
      if (series.isEmpty()) {
        return new MetricReading.Failed(
            "no series tells of the resource " + resource + ": only cpu and memory are measured");
      }
      NamespaceUsage all =
          usage.computeIfAbsent(namespace + "/" + resource, _ -> measure(namespace, series));
      if (all.problem() != null) {
        return new MetricReading.Failed(all.problem());
      }
      Map<String, PodSample> samples = new HashMap<>();
      for (PodFacts pod : pods) {
        PodSample sample = sample(pod, container, all.byPod().getOrDefault(pod.name(), Map.of()));
        if (sample != null) {
          samples.put(pod.name(), sample);
        }
      }
      if (samples.isEmpty() && !pods.isEmpty()) {
        return new MetricReading.Failed(
            "no metrics returned: no fresh sample of %s for any of %d pods in namespace %s"
                .formatted(series, pods.size(), namespace));
      }
      return new MetricReading.PerPod(samples);
    }

    private @Nullable PodSample sample(
        PodFacts pod, @Nullable String container, Map<String, Measured> measured) {
      List<ContainerUsage> containers = new ArrayList<>();
      Instant oldest = now;
      for (PodFacts.Container each : pod.containers()) {
        Measured one = measured.get(each.name());
        containers.add(new ContainerUsage(each.name(), one == null ? null : one.milli()));
        boolean counts = container == null || container.equals(each.name());
        if (counts && one != null && one.timestamp().isBefore(oldest)) {
          oldest = one.timestamp();
        }
      }
      return PodSample.of(containers, container, oldest, options.window());
    }

    private NamespaceUsage measure(String namespace, String series) {
      Map<String, String> labels = new TreeMap<>(options.labels());
      labels.put("namespace", namespace);
      String selector = Selectors.series(series, labels, null);
      String real =
          selector.substring(0, selector.length() - 1) + ",container!~\"|POD\",pod!=\"\"}";
      String by = " by (pod,container)";
      String value =
          series.endsWith("_total")
              ? "sum" + by + "(rate(" + real + windowText() + "))"
              : "max" + by + "(" + real + ")";
      try {
        Map<String, Map<String, Measured>> byPod = new HashMap<>();
        Map<List<String>, Instant> times = new HashMap<>();
        for (QueryValue.Sample each : vector("max" + by + "(timestamp(" + real + "))")) {
          times.put(key(each), Instant.ofEpochMilli(Math.round(each.value() * 1_000)));
        }
        for (QueryValue.Sample each : vector(value)) {
          Instant time = times.get(key(each));
          if (time == null || time.isBefore(now.minus(options.window()))) {
            continue; // too old to tell anything
          }
          if (Double.isFinite(each.value())) {
            byPod
                .computeIfAbsent(key(each).getFirst(), _ -> new HashMap<>())
                .put(key(each).getLast(), new Measured(milli(each.value()), time));
          }
        }
        return new NamespaceUsage(byPod, null);
      } catch (MangruException e) {
        return new NamespaceUsage(Map.of(), "unable to fetch metrics: " + e.text());
      }
    }

    private static List<String> key(QueryValue.Sample sample) {
      return List.of(label(sample, "pod"), label(sample, "container"));
    }

    // ---- Pods, Object, External ----------------------------------------------------------------

    @Override
    public MetricReading pods(String namespace, MetricSpec.Metric metric, List<PodFacts> pods) {
      Map<String, String> labels = new TreeMap<>(options.labels());
      labels.put("namespace", namespace);
      try {
        String series = Selectors.series(metric.name(), labels, metric.selector());
        Set<String> names = pods.stream().map(PodFacts::name).collect(Collectors.toSet());
        Map<String, PodSample> samples = new HashMap<>();
        for (QueryValue.Sample each : vector("sum by (pod)(" + current(metric, series) + ")")) {
          String name = label(each, "pod");
          if (names.contains(name) && Double.isFinite(each.value())) {
            samples.put(name, new PodSample(milli(each.value()), now, options.window()));
          }
        }
        return samples.isEmpty()
            ? new MetricReading.Failed("no metrics returned: no pod has a sample of " + series)
            : new MetricReading.PerPod(samples);
      } catch (MangruException e) {
        return new MetricReading.Failed("unable to fetch metrics: " + e.text());
      }
    }

    @Override
    public MetricReading object(String namespace, MetricSpec.Metric metric, TargetRef object) {
      Map<String, String> labels = new TreeMap<>(options.labels());
      labels.put("namespace", namespace);
      labels.put(object.kind().toLowerCase(Locale.ROOT), object.name());
      return whole(metric, labels, true);
    }

    @Override
    public MetricReading external(String namespace, MetricSpec.Metric metric) {
      return whole(metric, options.labels(), false);
    }

    private MetricReading whole(
        MetricSpec.Metric metric, Map<String, String> labels, boolean summed) {
      try {
        String series = Selectors.series(metric.name(), labels, metric.selector());
        String expression = current(metric, series);
        List<Long> values = new ArrayList<>();
        for (QueryValue.Sample each : vector(summed ? "sum(" + expression + ")" : expression)) {
          if (!Double.isFinite(each.value())) {
            return new MetricReading.Failed("a series of %s is %s".formatted(series, each.value()));
          }
          values.add(milli(each.value()));
        }
        return values.isEmpty()
            ? new MetricReading.Failed("no metrics returned: there is no fresh series " + series)
            : new MetricReading.Values(values, now);
      } catch (MangruException e) {
        return new MetricReading.Failed("unable to fetch metrics: " + e.text());
      }
    }

    private String current(MetricSpec.Metric metric, String series) {
      return metric.name().endsWith("_total") ? "rate(" + series + windowText() + ")" : series;
    }

    private String windowText() {
      return "[" + options.window().toSeconds() + "s]";
    }

    private List<QueryValue.Sample> vector(String expression) {
      QueryValue value =
          query
              .instant(
                  expression,
                  now.toEpochMilli(),
                  new MetricQuery.Options(
                      options.timeout(), lookback(), options.maxSamples(), new Cancellation()))
              .value();
      if (value instanceof QueryValue.Vector(List<QueryValue.Sample> samples)) {
        return samples;
      }
      throw new MangruException(ErrorCode.INTERNAL, expression + " did not give a vector");
    }

    private Duration lookback() {
      return options.window();
    }

    /// Thousandths, rounded up like Kubernetes' quantities.
    private static long milli(double value) {
      return (long) Math.ceil(value * 1_000 - 1e-6);
    }

    private static String label(QueryValue.Sample sample, String name) {
      return sample.labels().get(name);
    }
  }
}
