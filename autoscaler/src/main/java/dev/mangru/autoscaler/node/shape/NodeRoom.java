package dev.mangru.autoscaler.node.shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A node with the pods on it and what they take, kept up to date by its [ClusterShape]. Confined
/// to one thread, like that.
public final class NodeRoom {

  private final NodeShape node;
  private final List<PodShape> pods = new ArrayList<>();
  private final Map<String, Long> extended = new HashMap<>();
  private long cpuMilli;
  private long memoryBytes;
  private long ephemeralBytes;

  NodeRoom(NodeShape node) {
    this.node = node;
  }

  /// The node.
  public NodeShape node() {
    return node;
  }

  /// The pods on it, a view in the order of their arrival.
  public List<PodShape> pods() {
    return Collections.unmodifiableList(pods);
  }

  /// What the pods on it ask for together.
  public Resources used() {
    return new Resources(cpuMilli, memoryBytes, ephemeralBytes, pods.size(), extended);
  }

  void add(PodShape pod) {
    pods.add(pod);
    count(pod.requests(), 1);
  }

  void remove(PodShape pod) {
    for (int i = pods.size() - 1; i >= 0; i--) {
      PodShape each = pods.get(i);
      if (each.name().equals(pod.name()) && each.namespace().equals(pod.namespace())) {
        pods.remove(i);
        count(each.requests(), -1);
        return;
      }
    }
    throw new IllegalArgumentException("pod " + pod.key() + " is not on node " + node.name());
  }

  private void count(Resources requests, int sign) {
    cpuMilli = Resources.add(cpuMilli, sign * requests.cpuMilli());
    memoryBytes = Resources.add(memoryBytes, sign * requests.memoryBytes());
    ephemeralBytes = Resources.add(ephemeralBytes, sign * requests.ephemeralBytes());
    if (!requests.extended().isEmpty()) {
      requests.extended().forEach((name, n) -> extended.merge(name, sign * n, Resources::add));
    }
  }

  /// Whether one more pod with these requests fits, reasons aside: the hot half of [#shortages].
  boolean holds(Resources request) {
    Resources all = node.allocatable();
    return pods.size() < all.pods()
        && enough(request.cpuMilli(), all.cpuMilli(), cpuMilli)
        && enough(request.memoryBytes(), all.memoryBytes(), memoryBytes)
        && enough(request.ephemeralBytes(), all.ephemeralBytes(), ephemeralBytes)
        && (request.extended().isEmpty() || holdsExtended(request, all));
  }

  private boolean holdsExtended(Resources request, Resources all) {
    for (Map.Entry<String, Long> each : request.extended().entrySet()) {
      if (!enough(each.getValue(), all.extended(each.getKey()), usedExtended(each.getKey()))) {
        return false;
      }
    }
    return true;
  }

  /// What is missing for one more pod with these requests, in the scheduler's words; empty when it
  /// fits.
  List<String> shortages(Resources request) {
    Resources all = node.allocatable();
    List<String> missing = new ArrayList<>();
    if (pods.size() >= all.pods()) {
      missing.add("Too many pods");
    }
    if (!enough(request.cpuMilli(), all.cpuMilli(), cpuMilli)) {
      missing.add("Insufficient cpu");
    }
    if (!enough(request.memoryBytes(), all.memoryBytes(), memoryBytes)) {
      missing.add("Insufficient memory");
    }
    if (!enough(request.ephemeralBytes(), all.ephemeralBytes(), ephemeralBytes)) {
      missing.add("Insufficient ephemeral-storage");
    }
    request.extended().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .filter(each ->
            !enough(each.getValue(), all.extended(each.getKey()), usedExtended(each.getKey())))
        .forEach(each -> missing.add("Insufficient " + each.getKey()));
    return missing;
  }

  private long usedExtended(String name) {
    return extended.getOrDefault(name, 0L);
  }

  /// A request of zero always fits, also on a node that is over-committed.
  private static boolean enough(long asked, long all, long taken) {
    return asked <= 0 || asked <= all - taken;
  }
}
