package dev.mangru.autoscaler.playground.sim;

import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.scenario.Scenario;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A simulation in memory with a hand-cranked clock.
final class Bench implements AutoCloseable {

  static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

  private static final JsonMapper JSON = new JsonMapper();

  private Instant now = START;
  final ObjectStore store;
  final Simulation simulation;

  Bench(Scenario scenario, long seed) {
    this(scenario, seed, null);
  }

  Bench(Scenario scenario, long seed, @Nullable Path logs) {
    store = ObjectStore.inMemory(() -> now, seed);
    simulation = new Simulation(store, new ResourceCatalog(), scenario, seed, logs, () -> now);
    simulation.step(now);
  }

  static Bench empty() {
    return new Bench(Scenarios.parse("name: empty\n"), 1);
  }

  /// A cluster of so many nodes of 4 cores.
  static Bench ofNodes(int count) {
    return new Bench(
        Scenarios.parse(
            """
            name: nodes
            nodeGroups:
              - name: general
                min: 0
                max: 20
                initial: %d
                cpu: "4"
                memory: 8Gi
                bootSeconds: 10
            """
                .formatted(count)),
        1);
  }

  Instant now() {
    return now;
  }

  Bench seconds(int seconds) {
    for (int i = 0; i < seconds; i++) {
      now = now.plus(Duration.ofSeconds(1));
      simulation.step(now);
    }
    return this;
  }

  /// Moves the clock without moving the simulation.
  void wait(int seconds) {
    now = now.plusSeconds(seconds);
  }

  ObjectNode create(String resource, String json) {
    ObjectNode object = (ObjectNode) JSON.readTree(json.replace('\'', '"'));
    new dev.mangru.autoscaler.playground.sim.cluster.Cluster(store, new ResourceCatalog())
        .createChecked(object);
    return get(resource, Fields.namespace(object), Fields.name(object));
  }

  ObjectNode get(String resource, String namespace, String name) {
    return store.get(resource, namespace, name);
  }

  List<ObjectNode> list(String resource) {
    return store.list(resource, "").items();
  }

  List<ObjectNode> pods(String prefix) {
    List<ObjectNode> found = new ArrayList<>();
    for (ObjectNode pod : list("pods")) {
      if (Fields.name(pod).startsWith(prefix)) {
        found.add(pod);
      }
    }
    return found;
  }

  void mutate(String resource, String namespace, String name, UnaryOperator<ObjectNode> change) {
    store.mutate(resource, namespace, name, change);
  }

  void scale(String deployment, int replicas) {
    mutate(
        "apps/deployments",
        "default",
        deployment,
        object -> {
          Fields.object(object, "spec").put("replicas", replicas);
          return object;
        });
  }

  /// Reasons and messages of all events about an object, in the order of their names.
  List<String> events(String name) {
    return list("events").stream()
        .filter(event -> Fields.text(event, "involvedObject", "name").equals(name))
        .map(event -> Fields.text(event, "reason") + ": " + Fields.text(event, "message"))
        .toList();
  }

  static String deployment(String name, int replicas, String cpu, String extra) {
    return """
    {'apiVersion':'apps/v1','kind':'Deployment',
     'metadata':{'name':'%1$s','namespace':'default'},
     'spec':{'replicas':%2$d,'selector':{'matchLabels':{'app':'%1$s'}},
       'template':{'metadata':{'labels':{'app':'%1$s'}},
         'spec':{'containers':[{'name':'c','image':'example/%1$s:1',
           'resources':{'requests':{'cpu':'%3$s'}}}]}}%4$s}}
    """
        .formatted(name, replicas, cpu, extra);
  }

  @Override
  public void close() {
    simulation.close();
  }
}
