package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.autoscaler.kube.KubeClients;
import dev.mangru.server.testkit.LiveServer;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Autoscalers that are wrong in every way people get them wrong, on a running Mangru over the
/// Kubernetes API: each says so in its conditions, events and decisions, no replicas move, and the
/// autoscaler beside them is served.
class BadInputTest {

  private static final Duration SOON = Duration.ofSeconds(90);

  /// Ten passes.
  private static final Duration WHILE = Duration.ofSeconds(10);

  @TempDir static Path folder;
  private static LiveServer server;
  private static KubernetesClient cluster;

  @BeforeAll
  static void start() throws Exception {
    Path data = folder.resolve("data");
    server =
        new LiveServer(
            data,
            "--mangru.cluster.playground.enabled=true",
            "--mangru.autoscaler.interval=1s",
            "--mangru.autoscaler.nodes=off");
    cluster = KubeClients.fromKubeconfig(data.resolve("playground").resolve("kubeconfig"));
    MangruProcess.await(
        SOON,
        "the shop's own autoscaler is served",
        () -> condition("web", "AbleToScale").contains("True"));
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private static void create(String yaml) {
    assertThat(cluster.resource(yaml).create()).isNotNull();
  }

  private static void deployment(String name, int replicas, String requests) {
    create(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s, namespace: shop}
        spec:
          replicas: %2$d
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec:
              containers:
              - {name: app, image: "shop:1", resources: {%3$s}}
        """
            .formatted(name, replicas, requests));
  }

  private static final String SMALL = "requests: {cpu: 10m, memory: 16Mi}";

  private static final String CPU =
      "{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}";

  private static String autoscaler(String name, String target, int min, int max, String metric) {
    return """
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: %s, namespace: shop}
    spec:
      scaleTargetRef: {apiVersion: %s, kind: %s, name: %s}
      minReplicas: %d
      maxReplicas: %d
      metrics: [%s]
    """
        .formatted(
            name,
            target.contains("/") ? "example.com/v1" : "apps/v1",
            target.contains("/") ? target.substring(0, target.indexOf('/')) : "Deployment",
            target.substring(target.indexOf('/') + 1),
            min,
            max,
            metric);
  }

  private static HorizontalPodAutoscaler hpa(String name) {
    return cluster
        .autoscaling()
        .v2()
        .horizontalPodAutoscalers()
        .inNamespace("shop")
        .withName(name)
        .get();
  }

  /// Status, reason and message of a condition; empty if there is none.
  private static String condition(String name, String type) {
    HorizontalPodAutoscaler hpa = hpa(name);
    if (hpa == null || hpa.getStatus() == null) {
      return "";
    }
    for (HorizontalPodAutoscalerCondition each : hpa.getStatus().getConditions()) {
      if (each.getType().equals(type)) {
        return each.getStatus() + " " + each.getReason() + ": " + each.getMessage();
      }
    }
    return "";
  }

  private static List<String> events(String name) {
    return cluster.v1().events().inNamespace("shop").list().getItems().stream()
        .filter(event -> name.equals(event.getInvolvedObject().getName()))
        .map(Event::getReason)
        .toList();
  }

  private static JsonNode newestDecision(String name) {
    try {
      return server
          .json("/api/v1/decisions?kind=workload&namespace=shop&limit=1&name=" + name)
          .at("/data/decisions/0/decision");
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// Waits until a condition says so, then looks for the event and the decision.
  private static void isTold(
      String name, String condition, String reason, String words, String event) throws Exception {
    MangruProcess.await(
        SOON,
        name + " to say " + reason + " " + words,
        () -> {
          String said = condition(name, condition);
          return said.startsWith("False " + reason) && said.contains(words);
        });
    MangruProcess.await(SOON, "the event " + event, () -> events(name).contains(event));
    MangruProcess.await(
        SOON,
        "a decision about " + name + " that says " + words,
        () -> newestDecision(name).path("summary").asString("").contains(words));
    JsonNode decision = newestDecision(name);
    assertThat(decision.path("outcome").asString()).isEqualTo("CANNOT_TELL");
    assertThat(decision.path("reason").asString()).isEqualTo(reason);
    assertThat(decision.path("inputs").valueStream().map(each -> each.path("name").asString()))
        .as("lists do not ship what only replaying needs")
        .doesNotContain("snapshot");
  }

  private static Map<String, Integer> replicas() {
    Map<String, Integer> replicas = new TreeMap<>();
    cluster
        .apps()
        .deployments()
        .inNamespace("shop")
        .list()
        .getItems()
        .forEach(each -> replicas.put(each.getMetadata().getName(), each.getSpec().getReplicas()));
    replicas.keySet().removeIf(name -> !name.startsWith("bad-"));
    return replicas;
  }

  @Test
  void every_wrong_autoscaler_says_what_is_wrong_and_nothing_flaps() throws Exception {
    deployment("bad-metric", 2, SMALL);
    deployment("bad-external", 2, SMALL);
    deployment("bad-requests", 2, "");
    deployment("bad-shared", 3, SMALL);
    create(autoscaler("ghost", "Ghost/nobody", 1, 5, CPU));
    create(autoscaler("missing-target", "bad-nowhere", 1, 5, CPU));
    create(
        autoscaler(
            "unknown-metric",
            "bad-metric",
            1,
            5,
            "{type: Pods, pods: {metric: {name: no_such_metric},"
                + " target: {type: AverageValue, averageValue: 5}}}"));
    create(
        autoscaler(
            "missing-metric",
            "bad-external",
            1,
            5,
            "{type: External, external: {metric: {name: queue_that_is_not_there},"
                + " target: {type: Value, value: 5}}}"));
    create(autoscaler("no-requests", "bad-requests", 1, 5, CPU));
    // Their bounds exclude each other: whoever follows both never rests.
    create(autoscaler("shared-low", "bad-shared", 1, 2, CPU));
    create(autoscaler("shared-high", "bad-shared", 5, 9, CPU));

    isTold("ghost", "AbleToScale", "FailedGetScale", "Ghost", "FailedGetScale");
    isTold("missing-target", "AbleToScale", "FailedGetScale", "not found", "FailedGetScale");
    isTold(
        "unknown-metric",
        "ScalingActive",
        "FailedGetPodsMetric",
        "no_such_metric",
        "FailedGetPodsMetric");
    isTold(
        "missing-metric",
        "ScalingActive",
        "FailedGetExternalMetric",
        "queue_that_is_not_there",
        "FailedGetExternalMetric");
    isTold(
        "no-requests",
        "ScalingActive",
        "FailedGetResourceMetric",
        "missing request for cpu",
        "FailedGetResourceMetric");
    for (String name : List.of("shared-low", "shared-high")) {
      isTold(name, "ScalingActive", "AmbiguousSelector", "[shop/" + name, "AmbiguousSelector");
    }

    Map<String, Integer> before = replicas();
    assertThat(before)
        .isEqualTo(Map.of("bad-metric", 2, "bad-external", 2, "bad-requests", 2, "bad-shared", 3));
    String version = hpa("ghost").getMetadata().getResourceVersion();
    long end = System.nanoTime() + WHILE.toNanos();
    while (System.nanoTime() < end) {
      assertThat(replicas()).isEqualTo(before);
      Thread.sleep(200);
    }
    assertThat(hpa("ghost").getMetadata().getResourceVersion())
        .as("what is wrong is written once, not at each pass")
        .isEqualTo(version);
    assertThat(events("ghost")).hasSizeLessThan(3);
    assertThat(condition("web", "ScalingActive")).as("the good one beside them").contains("True");
  }

  @Test
  void bounds_the_wrong_way_round_are_refused_naming_the_field() {
    assertThatThrownBy(() -> create(autoscaler("upside-down", "web", 9, 3, CPU)))
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(422);
              assertThat(e.getMessage()).contains("maxReplicas").contains("minReplicas");
            });
    assertThat(hpa("upside-down")).isNull();
    assertThatThrownBy(() ->
            create(
                autoscaler("most", "web", 1, 3, CPU)
                    + "  behavior: {scaleUp: {selectPolicy: Most, policies:"
                    + " [{type: Pods, value: 1, periodSeconds: 15}]}}\n"))
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(422);
              assertThat(e.getMessage()).contains("selectPolicy");
            });
  }
}
