package dev.mangru.autoscaler.playground.sim;

import dev.mangru.autoscaler.node.shape.NodeShapes;
import dev.mangru.autoscaler.playground.api.ProxyPages;
import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// Scales `shop/web` and the node group `general` of a bench, from the pages, every 15 s as an HPA
/// with a window of 30 s would, and nodes every 10 s.
final class TestScaler {

  private static final int WINDOW = 30;
  private static final double TARGET = 0.6;
  private static final double REQUEST = 0.5;

  private final Bench bench;
  private final Map<String, Deque<Double>> cpu = new HashMap<>();
  private final Deque<Integer> wishes = new ArrayDeque<>();
  private final Map<String, Integer> idle = new HashMap<>();
  private final Map<String, long[]> answers = new HashMap<>();

  TestScaler(Bench bench) {
    this.bench = bench;
  }

  /// What the web pods' pages have said; those of pods that are gone count too.
  record Count(int ready, int pods, long served, long bad) {}

  void second(int second) {
    Map<String, Double> now = new HashMap<>();
    for (ObjectNode node : bench.list("nodes")) {
      String page = page("nodes", "", Fields.name(node), "/metrics/cadvisor");
      page.lines()
          .filter(line -> line.startsWith("container_cpu_usage_seconds_total{container=\"web\""))
          .forEach(line -> {
            String pod = line.replaceAll(".*pod=\"([^\"]*)\".*", "$1");
            now.put(pod, Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
          });
    }
    cpu.keySet().retainAll(now.keySet());
    now.forEach((pod, value) -> {
      Deque<Double> samples = cpu.computeIfAbsent(pod, _ -> new ArrayDeque<>());
      samples.addLast(value);
      if (samples.size() > WINDOW + 1) {
        samples.removeFirst();
      }
    });
    for (ObjectNode pod : bench.pods("web-")) {
      page("pods", "shop", Fields.name(pod), "/metrics")
          .lines()
          .filter(line -> line.startsWith("http_requests_total{"))
          .forEach(line -> {
            boolean bad = line.contains("code=\"5");
            long[] counts =
                answers.computeIfAbsent(
                    Fields.name(pod) + line.substring(0, line.indexOf('}')), _ -> new long[2]);
            counts[bad ? 1 : 0] = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
          });
    }
    if (second % 15 == 0) {
      pods(bench.now());
    }
    if (second % 10 == 0) {
      nodes();
    }
  }

  private String page(String resource, String namespace, String name, String path) {
    return bench
        .simulation
        .pages()
        .get(new ProxyPages.Target(resource, namespace, name, "", path, ""))
        .map(page -> new String(page.body(), StandardCharsets.UTF_8))
        .orElse("");
  }

  Count count() {
    long served = 0;
    long bad = 0;
    for (long[] counts : answers.values()) {
      served += counts[0];
      bad += counts[1];
    }
    List<ObjectNode> pods = bench.pods("web-");
    return new Count((int) pods.stream().filter(Pods::ready).count(), pods.size(), served, bad);
  }

  private void pods(Instant now) {
    int current = Fields.number(bench.get("apps/deployments", "shop", "web"), "spec", "replicas");
    double used = 0;
    int sampled = 0;
    int unready = 0;
    for (ObjectNode pod : bench.pods("web-")) {
      if (Fields.deleting(pod)) {
        continue;
      }
      Instant since = Conditions.since(pod, "Ready");
      boolean ready =
          Pods.ready(pod) && since != null && Duration.between(since, now).toSeconds() >= WINDOW;
      Deque<Double> samples = cpu.get(Fields.name(pod));
      if (ready && samples != null && samples.size() > 1) {
        used += (samples.getLast() - samples.getFirst()) / (samples.size() - 1);
        sampled++;
      } else {
        unready++;
      }
    }
    if (sampled == 0) {
      return;
    }
    double ratio = used / (sampled * REQUEST) / TARGET;
    int wish = current;
    if (ratio > 1.1) {
      double second = used / ((sampled + unready) * REQUEST) / TARGET;
      wish = second > 1.1 ? (int) Math.ceil(second * (sampled + unready)) : current;
    } else if (ratio < 0.9) {
      wish = Math.min(current, (int) Math.ceil(ratio * sampled) + unready);
    }
    wish = Math.clamp(wish, 2, Math.min(20, Math.max(current * 2, current + 4)));
    wishes.addLast(wish);
    if (wishes.size() > 2) {
      wishes.removeFirst();
    }
    int chosen = wish;
    if (wish < current) {
      for (int earlier : wishes) {
        chosen = Math.min(current, Math.max(chosen, earlier));
      }
    }
    int replicas = chosen;
    bench.mutate(
        "apps/deployments",
        "shop",
        "web",
        object -> {
          Fields.object(object, "spec").put("replicas", replicas);
          return object;
        });
  }

  private void nodes() {
    var groups = bench.simulation.nodeGroups();
    long missing =
        bench.list("pods").stream()
            .filter(pod ->
                Fields.text(Conditions.find(pod, "PodScheduled"), "reason").equals("Unschedulable"))
            .count();
    long coming =
        groups.instances("general").stream()
            .filter(
                each -> each.state() != dev.mangru.autoscaler.node.provider.Instance.State.RUNNING)
            .count();
    if (missing > 0 && coming == 0) {
      int by = (int) Math.min(8 - groups.targetSize("general"), (missing + 5) / 6);
      if (by > 0) {
        groups.increase("general", by);
      }
      return;
    }
    for (ObjectNode node : bench.list("nodes")) {
      String name = Fields.name(node);
      List<ObjectNode> here =
          bench.list("pods").stream()
              .filter(pod ->
                  Pods.node(pod).equals(name)
                      && !Fields.text(Fields.controller(pod), "kind").equals("DaemonSet"))
              .toList();
      boolean light = here.size() <= 3 && bench.list("nodes").size() > 2 && missing == 0;
      int times = light ? idle.merge(name, 1, Integer::sum) : 0;
      if (times == 0) {
        idle.remove(name);
      } else if (times > 3 && groups.targetSize("general") > 2) {
        bench.mutate(
            "nodes",
            "",
            name,
            object -> {
              Fields.object(object, "spec").put("unschedulable", true);
              return object;
            });
        here.forEach(pod ->
            bench.store.delete(
                "pods", Fields.namespace(pod), Fields.name(pod), DeleteOptions.defaults()));
        if (here.isEmpty()) {
          groups.delete("general", List.of(NodeShapes.of(node)));
          idle.remove(name);
        }
        return;
      }
    }
  }
}
