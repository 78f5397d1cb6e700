package dev.mangru.collector.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.api.KubeApiServer;
import dev.mangru.autoscaler.playground.api.ProxyPages;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.cluster.ClusterState;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Follows a real API server over HTTP.
class KubeWatchTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private ObjectStore store;
  private KubeApiServer api;
  private KubernetesClient client;
  private KubeWatch watch;

  @BeforeEach
  void start() throws Exception {
    store = ObjectStore.inMemory(InstantSource.fixed(NOW), 7);
    api = KubeApiServer.builder(store, InstantSource.fixed(NOW)).pages(ProxyPages.NONE).start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                    .withMasterUrl(api.url())
                    .withRequestTimeout(2_000)
                    .build())
            .build();
    watch = new KubeWatch(client);
    await("everything is listed", this::well);
  }

  @AfterEach
  void stop() throws Exception {
    watch.close();
    client.close();
    api.close();
    store.close();
  }

  private boolean well() {
    watch.check();
    return watch.problem() == null;
  }

  private void await(String what, BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time: %s; %s", what, watch.problem()).isLessThan(end);
      Thread.sleep(20);
    }
  }

  private void deployWeb() throws InterruptedException {
    client
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName("node-1")
                .addToLabels("mangru.io/node-group", "general")
                .endMetadata()
                .withNewStatus()
                .addToAllocatable("cpu", new Quantity("3900m"))
                .addToAllocatable("memory", new Quantity("8Gi"))
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build())
        .create();
    client
        .resource(
            new DeploymentBuilder()
                .withNewMetadata()
                .withName("web")
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withReplicas(3)
                .withNewSelector()
                .addToMatchLabels("app", "web")
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", "web")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("app")
                .withImage("shop/web:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build())
        .create();
    client
        .resource(
            new HorizontalPodAutoscalerBuilder()
                .withNewMetadata()
                .withName("web")
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withMinReplicas(2)
                .withMaxReplicas(9)
                .withNewScaleTargetRef("apps/v1", "Deployment", "web")
                .addNewMetric()
                .withType("Resource")
                .withNewResource()
                .withName("cpu")
                .withNewTarget()
                .withType("Utilization")
                .withAverageUtilization(60)
                .endTarget()
                .endResource()
                .endMetric()
                .endSpec()
                .build())
        .create();
    client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("web-1")
                .withNamespace("default")
                .addToLabels("app", "web")
                .addToAnnotations("prometheus.io/scrape", "true")
                .addToAnnotations("prometheus.io/port", "8080")
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .addNewContainer()
                .withName("app")
                .withImage("shop/web:1")
                .withNewResources()
                .addToRequests("cpu", new Quantity("500m"))
                .addToRequests("memory", new Quantity("256Mi"))
                .endResources()
                .endContainer()
                .endSpec()
                .build())
        .create();
    await(
        "the objects are seen",
        () ->
            !watch.objects().pods().isEmpty()
                && !watch.objects().nodes().isEmpty()
                && !watch.objects().deployments().isEmpty()
                && !watch.objects().autoscalers().isEmpty());
  }

  @Test
  void series_are_named_as_kube_state_metrics_names_them() throws Exception {
    deployWeb();
    Map<String, Double> series = series(new KubeStateSeries(Labels.of("cluster", "test")));
    assertThat(series)
        .containsEntry("kube_deployment_spec_replicas{deployment=web}", 3.0)
        .containsEntry("kube_horizontalpodautoscaler_spec_max_replicas{web}", 9.0)
        .containsEntry("kube_pod_container_resource_requests{web-1,cpu,core}", 0.5)
        .containsEntry("kube_pod_container_resource_requests{web-1,memory,byte}", 256.0 * (1 << 20))
        .containsEntry("kube_pod_status_phase{web-1,Pending}", 1.0)
        .containsEntry("kube_pod_status_phase{web-1,Running}", 0.0)
        .containsEntry("kube_node_status_allocatable{node-1,cpu}", 3.9)
        .containsEntry("kube_node_status_condition{node-1,Ready,true}", 1.0);
  }

  @Test
  void what_goes_away_leaves_one_stale_marker_per_series() throws Exception {
    deployWeb();
    KubeStateSeries states = new KubeStateSeries(Labels.of("cluster", "test"));
    states.write(watch.objects(), NOW, new SampleBatch());
    client.pods().inNamespace("default").withName("web-1").withGracePeriod(0).delete();
    await("the pod is gone", () -> watch.objects().pods().isEmpty());
    SampleBatch after = new SampleBatch();
    states.write(watch.objects(), NOW.plusSeconds(10), after);
    int ended = 0;
    for (int i = 0; i < after.size(); i++) {
      boolean ofPod = after.labels(i).get("pod").equals("web-1");
      assertThat(StaleMarker.is(after.value(i))).as("%s", after.labels(i)).isEqualTo(ofPod);
      ended += ofPod ? 1 : 0;
    }
    assertThat(ended).isGreaterThan(8);
    SampleBatch later = new SampleBatch();
    states.write(watch.objects(), NOW.plusSeconds(20), later);
    for (int i = 0; i < later.size(); i++) {
      assertThat(StaleMarker.is(later.value(i))).isFalse();
    }
  }

  @Test
  void people_see_workloads_pods_and_nodes() throws Exception {
    deployWeb();
    ClusterState state =
        new KubeClusterView(watch, "test", true, null, InstantSource.fixed(NOW)).state();
    assertThat(state.playground()).isTrue();
    assertThat(state.problem()).isNull();
    ClusterState.Workload web = state.workloads().getFirst();
    assertThat(web.kind()).isEqualTo("Deployment");
    assertThat(web.wanted()).isEqualTo(3);
    assertThat(web.autoscaler()).isNotNull();
    assertThat(web.autoscaler().metrics()).containsExactly("cpu: <unknown>/60%");
    assertThat(state.nodes().getFirst().group()).isEqualTo("general");
    assertThat(state.nodes().getFirst().requested().cpuCores()).isEqualTo(0.5);
    assertThat(state.pods().getFirst().node()).isEqualTo("node-1");
  }

  @Test
  void an_api_server_that_goes_away_and_comes_back_is_followed_again() throws Exception {
    deployWeb();
    api.faults().away(true);
    await("it is noticed", () -> !well());
    assertThat(watch.objects().pods()).as("last seen state").hasSize(1);
    api.faults().away(false);
    client.pods().inNamespace("default").withName("web-1").withGracePeriod(0).delete();
    await("it is followed again", () -> well() && watch.objects().pods().isEmpty());
  }

  @Test
  void targets_are_what_running_pods_say_and_kubelets_only_through_a_proxy() throws Exception {
    deployWeb();
    client
        .pods()
        .inNamespace("default")
        .withName("web-1")
        .editStatus(pod ->
            new PodBuilder(pod)
                .withNewStatus()
                .withPhase("Running")
                .withPodIP("10.1.2.3")
                .endStatus()
                .build());
    await(
        "it runs",
        () -> "Running".equals(watch.objects().pods().getFirst().getStatus().getPhase()));
    Duration often = Duration.ofSeconds(5);
    Labels cluster = Labels.of("cluster", "test");
    assertThat(new KubeTargets(cluster, often, often, null, null).of(watch.objects()))
        .extracting(target -> target.url().toString())
        .containsExactly("http://10.1.2.3:8080/metrics");
    assertThat(
            new KubeTargets(cluster, often, often, java.net.URI.create(api.url()), null)
                .of(watch.objects()))
        .extracting(target -> target.url().getPath())
        .containsExactly(
            "/api/v1/nodes/node-1/proxy/metrics/cadvisor",
            "/api/v1/namespaces/default/pods/web-1:8080/proxy/metrics");
  }

  /// Values by name and the label values that tell series apart.
  private Map<String, Double> series(KubeStateSeries states) {
    SampleBatch batch = new SampleBatch();
    states.write(watch.objects(), NOW, batch);
    Map<String, Double> all = new HashMap<>();
    for (int i = 0; i < batch.size(); i++) {
      Labels labels = batch.labels(i);
      assertThat(labels.get("cluster")).isEqualTo("test");
      double value = batch.value(i);
      String name = labels.metricName();
      all.put(name + "{deployment=" + labels.get("deployment") + "}", value);
      all.put(name + "{" + labels.get("horizontalpodautoscaler") + "}", value);
      all.put(
          name
              + "{"
              + labels.get("pod")
              + ","
              + labels.get("resource")
              + ","
              + labels.get("unit")
              + "}",
          value);
      all.put(name + "{" + labels.get("pod") + "," + labels.get("phase") + "}", value);
      all.put(name + "{" + labels.get("node") + "," + labels.get("resource") + "}", value);
      all.put(
          name
              + "{"
              + labels.get("node")
              + ","
              + labels.get("condition")
              + ","
              + labels.get("status")
              + "}",
          value);
    }
    return all;
  }
}
