package dev.mangru.autoscaler.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.api.Faults;
import dev.mangru.autoscaler.playground.api.KubeApiServer;
import dev.mangru.autoscaler.playground.api.Kubeconfig;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// An API server over HTTP with a clock turned by hand.
final class Cluster implements AutoCloseable {

  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static final JsonMapper JSON = new JsonMapper();

  final AtomicReference<Instant> now = new AtomicReference<>(START);
  final InstantSource clock = now::get;
  final ObjectStore store = ObjectStore.inMemory(clock, 7);
  final KubeApiServer server;
  final KubernetesClient client;
  final KubeRest rest;

  Cluster() throws IOException {
    server = KubeApiServer.builder(store, clock).start();
    client = client();
    rest = new KubeRest(client, Duration.ofSeconds(10));
    create(
        "/api/v1/namespaces", "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'shop'}}");
  }

  KubernetesClient client() {
    return KubeClients.fromKubeconfig(
        new Kubeconfig(server.url(), "default", Optional.empty(), Optional.empty()).text());
  }

  Faults faults() {
    return server.faults();
  }

  void advance(int seconds) {
    now.updateAndGet(time -> time.plusSeconds(seconds));
  }

  JsonNode get(String path) {
    KubeRest.Response answer = rest.get(path);
    assertThat(answer.status()).describedAs("GET %s: %s", path, answer.message()).isEqualTo(200);
    return answer.body();
  }

  void create(String path, String json) {
    KubeRest.Response answer = rest.write("POST", path, KubeRest.JSON_BODY, parse(json));
    assertThat(answer.ok()).describedAs("POST %s: %s", path, answer.message()).isTrue();
  }

  void patch(String path, String json) {
    KubeRest.Response answer = rest.write("PATCH", path, KubeRest.MERGE_PATCH, parse(json));
    assertThat(answer.ok()).describedAs("PATCH %s: %s", path, answer.message()).isTrue();
  }

  static ObjectNode parse(String json) {
    return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
  }

  void deployment(String name, int replicas) {
    create(
        "/apis/apps/v1/namespaces/shop/deployments",
        """
        {'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'%1$s','namespace':'shop'},
         'spec':{'replicas':%2$d,'selector':{'matchLabels':{'app':'%1$s'}},
          'template':{'metadata':{'labels':{'app':'%1$s'}},
           'spec':{'containers':[{'name':'app','image':'shop:1',
            'resources':{'requests':{'cpu':'1','memory':'64Mi'}}}]}}}}
        """
            .formatted(name, replicas));
  }

  int replicas(String name) {
    return get("/apis/apps/v1/namespaces/shop/deployments/" + name)
        .path("spec")
        .path("replicas")
        .asInt();
  }

  /// A pod that has long been ready.
  void pod(String app, int number) {
    String name = app + "-" + number;
    create(
        "/api/v1/namespaces/shop/pods",
        """
        {'apiVersion':'v1','kind':'Pod',
         'metadata':{'name':'%s','namespace':'shop','labels':{'app':'%s'}},
         'spec':{'containers':[{'name':'app','image':'shop:1',
            'resources':{'requests':{'cpu':'1','memory':'64Mi'}}}]}}
        """
            .formatted(name, app));
    patch(
        "/api/v1/namespaces/shop/pods/" + name + "/status",
        """
        {'status':{'phase':'Running','startTime':'2025-12-01T00:00:00Z','conditions':[
          {'type':'Ready','status':'True','lastTransitionTime':'2025-12-01T00:00:00Z'}]}}
        """);
  }

  void autoscaler(String name, String target, String more) {
    create(
        "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers",
        """
        {'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler',
         'metadata':{'name':'%s','namespace':'shop'},
         'spec':{'scaleTargetRef':%s,'minReplicas':1,'maxReplicas':10%s}}
        """
            .formatted(name, target, more));
  }

  JsonNode autoscaler(String name) {
    return get("/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/" + name);
  }

  List<String> conditions(String name) {
    return autoscaler(name)
        .path("status")
        .path("conditions")
        .valueStream()
        .map(each ->
            each.path("type").asString()
                + "="
                + each.path("status").asString()
                + "/"
                + each.path("reason").asString())
        .toList();
  }

  List<String> events() {
    return get("/api/v1/namespaces/shop/events")
        .path("items")
        .valueStream()
        .map(each ->
            each.path("involvedObject").path("name").asString()
                + " "
                + each.path("reason").asString()
                + " x"
                + each.path("count").asInt())
        .toList();
  }

  /// Waits for what another thread does; ten seconds are far more than it takes.
  static void eventually(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).describedAs("waiting until %s", what).isLessThan(end);
      Thread.onSpinWait();
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
    store.close();
  }
}
