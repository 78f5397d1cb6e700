package dev.mangru.autoscaler.signal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.control.LabelSelector;
import dev.mangru.autoscaler.control.MetricReading;
import dev.mangru.autoscaler.control.MetricSelector;
import dev.mangru.autoscaler.control.MetricSpec;
import dev.mangru.autoscaler.control.PodFacts;
import dev.mangru.autoscaler.control.TargetRef;
import dev.mangru.autoscaler.control.UsageSource;
import dev.mangru.autoscaler.horizontal.Pod;
import dev.mangru.autoscaler.horizontal.PodSample;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodMetricsTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static final String CPU =
      "{__name__=\"container_cpu_usage_seconds_total\",cluster=\"playground\",namespace=\"shop\","
          + "container!~\"|POD\",pod!=\"\"}";

  /// Answers known expressions and keeps what it was asked.
  private static final class Answers implements MetricQuery {
    final Map<String, List<QueryValue.Sample>> known = new HashMap<>();
    final List<String> asked = new ArrayList<>();
    boolean broken;

    void put(String expression, double value, String... labels) {
      known
          .computeIfAbsent(expression, _ -> new ArrayList<>())
          .add(new QueryValue.Sample(Labels.of(labels), NOW.toEpochMilli(), value));
    }

    @Override
    public QueryResult instant(String expression, long timeMs, Options options) {
      asked.add(expression);
      if (broken) {
        throw new MangruException(ErrorCode.TIMEOUT, "the query took too long");
      }
      return new QueryResult(
          new QueryValue.Vector(known.getOrDefault(expression, List.of())),
          List.of(),
          List.of(),
          0);
    }

    @Override
    public QueryResult range(String e, long startMs, long endMs, long stepMs, Options options) {
      throw new MangruException(ErrorCode.INTERNAL, "nobody asks for ranges here");
    }
  }

  private final Answers answers = new Answers();
  private final PodMetrics metrics =
      new PodMetrics(
          answers,
          new SignalOptions(
              Duration.ofSeconds(30),
              Map.of("cluster", "playground"),
              Duration.ofSeconds(1),
              1_000));

  private static PodFacts pod(String name, String... containers) {
    List<PodFacts.Container> all = new ArrayList<>();
    for (String each : containers) {
      all.add(new PodFacts.Container(each, Map.of()));
    }
    return new PodFacts(name, Map.of(), Pod.Phase.RUNNING, false, null, null, Map.of(), all);
  }

  private void cpu(String pod, String container, double cores, long secondsAgo) {
    answers.put(
        "sum by (pod,container)(rate(" + CPU + "[30s]))",
        cores,
        "pod",
        pod,
        "container",
        container);
    answers.put(
        "max by (pod,container)(timestamp(" + CPU + "))",
        (double) NOW.minusSeconds(secondsAgo).getEpochSecond(),
        "pod",
        pod,
        "container",
        container);
  }

  private static Map<String, PodSample> samples(MetricReading reading) {
    assertThat(reading).isInstanceOf(MetricReading.PerPod.class);
    return ((MetricReading.PerPod) reading).samples();
  }

  private static String problem(MetricReading reading) {
    assertThat(reading).isInstanceOf(MetricReading.Failed.class);
    return ((MetricReading.Failed) reading).problem();
  }

  @Test
  void containers_are_added_up_with_the_time_of_the_oldest() {
    cpu("web-1", "app", 0.25, 5);
    cpu("web-1", "proxy", 0.0501, 12);
    cpu("other", "app", 9, 0);
    UsageSource.Usage usage = metrics.at(NOW);
    List<PodFacts> pods = List.of(pod("web-1", "app", "proxy"));
    assertThat(samples(usage.resource("shop", "cpu", null, pods)))
        .containsExactly(
            Map.entry("web-1", new PodSample(301, NOW.minusSeconds(12), Duration.ofSeconds(30))));
    assertThat(samples(usage.resource("shop", "cpu", "app", pods)).get("web-1").valueMilli())
        .isEqualTo(250);
    assertThat(answers.asked).describedAs("asked once for all autoscalers").hasSize(2);
  }

  @Test
  void a_pod_with_a_silent_container_and_one_with_old_samples_have_none() {
    cpu("web-1", "app", 0.25, 5);
    cpu("web-2", "app", 0.25, 31);
    cpu("web-3", "app", 0.25, 5);
    assertThat(
            samples(
                    metrics
                        .at(NOW)
                        .resource(
                            "shop",
                            "cpu",
                            null,
                            List.of(
                                pod("web-1", "app", "proxy"),
                                pod("web-2", "app"),
                                pod("web-3", "app"))))
                .keySet())
        .containsExactly("web-3");
  }

  @Test
  void no_sample_at_all_says_of_which_series() {
    assertThat(problem(metrics.at(NOW).resource("shop", "cpu", null, List.of(pod("w", "app")))))
        .isEqualTo(
            "no metrics returned: no fresh sample of container_cpu_usage_seconds_total for any of"
                + " 1 pods in namespace shop");
    assertThat(problem(metrics.at(NOW).resource("shop", "nvidia.com/gpu", null, List.of())))
        .contains("only cpu and memory are measured");
    answers.broken = true;
    assertThat(problem(metrics.at(NOW).resource("shop", "cpu", null, List.of(pod("w", "app")))))
        .isEqualTo("unable to fetch metrics: the query took too long");
  }

  @Test
  void memory_is_the_working_set() {
    String memory =
        "{__name__=\"container_memory_working_set_bytes\",cluster=\"playground\",namespace=\"shop\","
            + "container!~\"|POD\",pod!=\"\"}";
    answers.put("max by (pod,container)(" + memory + ")", 1_000, "pod", "a", "container", "app");
    answers.put(
        "max by (pod,container)(timestamp(" + memory + "))",
        (double) NOW.getEpochSecond(),
        "pod",
        "a",
        "container",
        "app");
    assertThat(
            samples(metrics.at(NOW).resource("shop", "memory", null, List.of(pod("a", "app"))))
                .get("a")
                .valueMilli())
        .isEqualTo(1_000_000);
  }

  @Test
  void other_metrics_are_series_of_that_name() {
    UsageSource.Usage usage = metrics.at(NOW);
    answers.put(
        "sum by (pod)(rate({__name__=\"http_requests_total\",cluster=\"playground\","
            + "namespace=\"shop\"}[30s]))",
        12.5,
        "pod",
        "web-1");
    assertThat(
            samples(
                    usage.pods(
                        "shop",
                        new MetricSpec.Metric("http_requests_total", null),
                        List.of(pod("web-1", "app"))))
                .get("web-1")
                .valueMilli())
        .isEqualTo(12_500);
    MetricSelector selector =
        new MetricSelector(
            Map.of("queue", "a\"b"),
            List.of(
                new LabelSelector.Requirement(
                    "zone", LabelSelector.Operator.IN, List.of("x.y", "z"))));
    answers.put(
        "{__name__=\"depth\",cluster=\"playground\",queue=\"a\\\"b\",zone=~\"x\\\\.y|z\"}", 3);
    assertThat(usage.external("shop", new MetricSpec.Metric("depth", selector)))
        .isEqualTo(new MetricReading.Values(List.of(3_000L), NOW));
    answers.put(
        "sum({__name__=\"rps\",cluster=\"playground\",ingress=\"main\",namespace=\"shop\"})", 7);
    assertThat(
            usage.object(
                "shop",
                new MetricSpec.Metric("rps", null),
                new TargetRef("networking.k8s.io/v1", "Ingress", "main")))
        .isEqualTo(new MetricReading.Values(List.of(7_000L), NOW));
    assertThat(problem(usage.external("shop", new MetricSpec.Metric("gone", null))))
        .contains("there is no fresh series {__name__=\"gone\"");
    assertThat(
            problem(
                usage.external(
                    "shop",
                    new MetricSpec.Metric(
                        "x", new MetricSelector(Map.of("a.b/c", "d"), List.of())))))
        .contains("'a.b/c' cannot be a label of a series");
  }
}
