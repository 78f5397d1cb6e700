package dev.mangru.autoscaler.playground.api.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.mangru.autoscaler.playground.api.Faults;
import dev.mangru.autoscaler.playground.api.Kubeconfig;
import dev.mangru.autoscaler.playground.api.SelfSignedCertificate;
import dev.mangru.autoscaler.playground.api.TestApi;
import dev.mangru.autoscaler.playground.store.StoreOptions;
import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatusBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The playground's API as a real client sees it: fabric8, with which Mangru itself acts.
final class KubeClientTest {

  private TestApi api;
  private KubernetesClient client;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(StoreOptions.DEFAULTS.keeping(60), how -> how);
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder()
                    .withMasterUrl(api.server.url())
                    .withNamespace("default")
                    .withRequestRetryBackoffLimit(0)
                    .withWatchReconnectInterval(50)
                    .build())
            .build();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    api.close();
  }

  private static void eventually(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private static Deployment web(int replicas) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName("web")
        .endMetadata()
        .withNewSpec()
        .withReplicas(replicas)
        .withNewSelector()
        .addToMatchLabels("app", "web")
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .addToLabels("app", "web")
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("main")
        .withImage("web:1")
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private Pod pod(String name) {
    return client
        .pods()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("app", "web")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("web:1")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  private static ConfigMap map(String name) {
    return new ConfigMapBuilder().withNewMetadata().withName(name).endMetadata().build();
  }

  @Test
  void objects_are_created_read_changed_and_deleted() {
    Deployment made = client.apps().deployments().resource(web(2)).create();
    assertThat(made.getMetadata().getUid()).isNotEmpty();
    assertThat(made.getSpec().getStrategy().getType()).isEqualTo("RollingUpdate");
    Deployment edited =
        client
            .apps()
            .deployments()
            .withName("web")
            .edit(d -> new DeploymentBuilder(d).editSpec().withReplicas(3).endSpec().build());
    assertThat(edited.getSpec().getReplicas()).isEqualTo(3);
    assertThat(client.apps().deployments().list().getItems()).hasSize(1);
    client.apps().deployments().withName("web").delete();
    assertThat(client.apps().deployments().withName("web").get()).isNull();
  }

  @Test
  void an_update_of_an_old_revision_is_refused() {
    Deployment first = client.apps().deployments().resource(web(2)).create();
    client.apps().deployments().withName("web").scale(5);
    first.getSpec().setReplicas(9);
    assertThatThrownBy(() -> client.apps().deployments().resource(first).update())
        .asInstanceOf(type(KubernetesClientException.class))
        .extracting(KubernetesClientException::getCode)
        .isEqualTo(409);
  }

  @Test
  void two_holders_of_one_lease_conflict() {
    Lease lease =
        new LeaseBuilder()
            .withNewMetadata()
            .withName("leader")
            .endMetadata()
            .withNewSpec()
            .withHolderIdentity("a")
            .endSpec()
            .build();
    Lease held = client.leases().resource(lease).create();
    Lease mine = new LeaseBuilder(held).editSpec().withHolderIdentity("b").endSpec().build();
    Lease theirs = new LeaseBuilder(held).editSpec().withHolderIdentity("c").endSpec().build();
    client.leases().resource(mine).lockResourceVersion().update();
    assertThatThrownBy(() -> client.leases().resource(theirs).lockResourceVersion().update())
        .asInstanceOf(type(KubernetesClientException.class))
        .extracting(KubernetesClientException::getCode)
        .isEqualTo(409);
    assertThat(client.leases().withName("leader").get().getSpec().getHolderIdentity())
        .isEqualTo("b");
  }

  @Test
  void every_kind_of_patch_works() {
    client.apps().deployments().resource(web(2)).create();
    var web = client.apps().deployments().withName("web");
    assertThat(
            web.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"replicas\":3}}")
                .getSpec()
                .getReplicas())
        .isEqualTo(3);
    assertThat(
            web.patch(
                    PatchContext.of(PatchType.JSON),
                    "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":4}]")
                .getSpec()
                .getReplicas())
        .isEqualTo(4);
    Deployment merged =
        web.patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"side\",\"image\":\"s:1\"}]}}}}");
    assertThat(merged.getSpec().getTemplate().getSpec().getContainers()).hasSize(2);
    Deployment applied =
        client.apps().deployments().resource(web(7)).forceConflicts().serverSideApply();
    assertThat(applied.getSpec().getReplicas()).isEqualTo(7);
    assertThat(applied.getMetadata().getManagedFields())
        .anyMatch(entry -> entry.getOperation().equals("Apply"));
  }

  @Test
  void replicas_and_status_are_written_through_their_subresources() {
    client.apps().deployments().resource(web(2)).create();
    assertThat(client.apps().deployments().withName("web").scale(6).getSpec().getReplicas())
        .isEqualTo(6);
    HorizontalPodAutoscaler autoscaler =
        client
            .autoscaling()
            .v2()
            .horizontalPodAutoscalers()
            .resource(
                new HorizontalPodAutoscalerBuilder()
                    .withNewMetadata()
                    .withName("web")
                    .endMetadata()
                    .withNewSpec()
                    .withNewScaleTargetRef("apps/v1", "Deployment", "web")
                    .withMaxReplicas(9)
                    .endSpec()
                    .build())
            .create();
    assertThat(autoscaler.getSpec().getMinReplicas()).isEqualTo(1);
    HorizontalPodAutoscaler told =
        client
            .autoscaling()
            .v2()
            .horizontalPodAutoscalers()
            .resource(
                new HorizontalPodAutoscalerBuilder(autoscaler)
                    .withNewStatus()
                    .withCurrentReplicas(6)
                    .withDesiredReplicas(8)
                    .endStatus()
                    .build())
            .updateStatus();
    assertThat(told.getStatus().getDesiredReplicas()).isEqualTo(8);
    assertThat(told.getSpec().getMaxReplicas()).isEqualTo(9);
  }

  @Test
  void a_pod_is_bound_and_evicted_within_its_budget() {
    client
        .resource(new NodeBuilder().withNewMetadata().withName("n1").endMetadata().build())
        .create();
    for (String name : List.of("a", "b")) {
      pod(name);
      client
          .bindings()
          .resource(
              new BindingBuilder()
                  .withNewMetadata()
                  .withName(name)
                  .endMetadata()
                  .withNewTarget()
                  .withKind("Node")
                  .withName("n1")
                  .endTarget()
                  .build())
          .create();
      api.run("default", name, "n1");
    }
    assertThat(client.pods().withField("spec.nodeName", "n1").list().getItems()).hasSize(2);
    var budgets = client.policy().v1().podDisruptionBudget();
    var budget =
        budgets
            .resource(
                new PodDisruptionBudgetBuilder()
                    .withNewMetadata()
                    .withName("web")
                    .endMetadata()
                    .withNewSpec()
                    .withNewMinAvailable(1)
                    .withNewSelector()
                    .addToMatchLabels("app", "web")
                    .endSelector()
                    .endSpec()
                    .build())
            .create();
    budget.setStatus(
        new PodDisruptionBudgetStatusBuilder()
            .withObservedGeneration(1L)
            .withDisruptionsAllowed(1)
            .withCurrentHealthy(2)
            .withDesiredHealthy(1)
            .withExpectedPods(2)
            .build());
    budgets.resource(budget).updateStatus();
    assertThat(client.pods().withName("a").evict()).isTrue();
    assertThat(client.pods().withName("b").evict()).as("the budget is spent").isFalse();
  }

  @Test
  void selectors_and_pages_work() {
    for (int i = 0; i < 5; i++) {
      pod("p" + i);
    }
    api.run("default", "p1", "n1");
    assertThat(client.pods().withField("status.phase", "Running").list().getItems()).hasSize(1);
    assertThat(client.pods().withLabelIn("app", "web", "x").list().getItems()).hasSize(5);
    assertThat(client.pods().withLabelNotIn("app", "web").list().getItems()).isEmpty();
    PodList page =
        client
            .pods()
            .list(new io.fabric8.kubernetes.api.model.ListOptionsBuilder().withLimit(2L).build());
    assertThat(page.getItems()).hasSize(2);
    assertThat(page.getMetadata().getRemainingItemCount()).isEqualTo(3);
  }

  @Test
  void an_informer_survives_dropped_watches_forgotten_revisions_and_an_absent_server()
      throws InterruptedException {
    try (SharedIndexInformer<ConfigMap> informer =
        client.configMaps().inNamespace("default").inform()) {
      client.configMaps().resource(map("a")).create();
      eventually("the informer sees a", () -> names(informer).equals(Set.of("a")));
      api.server.faults().dropWatches();
      client.configMaps().resource(map("b")).create();
      eventually("the informer sees b", () -> names(informer).equals(Set.of("a", "b")));

      api.server.faults().add("watch", "configmaps", Faults.Effect.internalError(), 3);
      api.server.faults().dropWatches();
      client.configMaps().withName("a").delete();
      for (int i = 0; i < 100; i++) {
        int n = i;
        api.store.mutate(
            "configmaps",
            "default",
            "b",
            o -> {
              o.putObject("data").put("n", Integer.toString(n));
              return o;
            });
      }
      eventually(
          "the informer lists anew",
          () ->
              names(informer).equals(Set.of("b"))
                  && informer.getIndexer().list().getFirst().getData().get("n").equals("99"));

      api.server.faults().away(true);
      api.store.mutate(
          "configmaps",
          "default",
          "b",
          o -> {
            o.putObject("data").put("n", "back");
            return o;
          });
      Thread.sleep(200);
      api.server.faults().clear();
      eventually(
          "the informer comes back",
          () -> informer.getIndexer().list().getFirst().getData().equals(Map.of("n", "back")));
    }
  }

  private static Set<String> names(SharedIndexInformer<ConfigMap> informer) {
    Set<String> names = new TreeSet<>();
    informer.getIndexer().list().forEach(map -> names.add(map.getMetadata().getName()));
    return names;
  }

  @Test
  void a_kubeconfig_leads_over_https_with_a_token(@TempDir Path folder) throws Exception {
    SelfSignedCertificate certificate = SelfSignedCertificate.make(Instant.now());
    try (TestApi secured =
        new TestApi(
            StoreOptions.DEFAULTS, how -> how.tls(certificate.context(), 0).token("sesame"))) {
      Kubeconfig kubeconfig =
          new Kubeconfig(
              secured.server.tlsUrl().orElseThrow(),
              "default",
              Optional.of(certificate.pem()),
              Optional.of("sesame"));
      try (KubernetesClient reader =
              new KubernetesClientBuilder()
                  .withConfig(Config.fromKubeconfig(kubeconfig.text()))
                  .build();
          SharedIndexInformer<ConfigMap> informer =
              reader.configMaps().inNamespace("default").inform()) {
        reader.configMaps().resource(map("a")).create();
        eventually("the informer sees a", () -> names(informer).equals(Set.of("a")));
      }
    }
  }

  @Test
  void a_refusal_carries_its_retry_after() {
    api.server.faults().add("list", "pods", Faults.Effect.tooManyRequests(7), 1);
    assertThatThrownBy(() -> client.pods().list())
        .asInstanceOf(type(KubernetesClientException.class))
        .satisfies(refused -> {
          assertThat(refused.getCode()).isEqualTo(429);
          assertThat(refused.getStatus().getDetails().getRetryAfterSeconds()).isEqualTo(7);
        });
  }
}
