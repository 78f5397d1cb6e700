package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Resources;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Whether nodes of two groups are alike enough that growing either is the same. Pure.
public final class NodeSimilarity {

  /// Labels that differ between nodes that are otherwise alike.
  private static final Set<String> IGNORED =
      Set.of(
          "kubernetes.io/hostname",
          "failure-domain.beta.kubernetes.io/zone",
          "failure-domain.beta.kubernetes.io/region",
          "topology.kubernetes.io/zone",
          "topology.kubernetes.io/region",
          "beta.kubernetes.io/fluentd-ds-ready",
          "kops.k8s.io/instancegroup",
          "mangru.io/node-group");

  private NodeSimilarity() {}

  /// How far two nodes may be apart, as shares of the larger.
  public record Ratios(double capacityMemory, double allocatable, double free) {
    /// The cluster-autoscaler's.
    public static final Ratios DEFAULT = new Ratios(0.015, 0.05, 0.05);
  }

  /// Whether two templates are alike.
  ///
  /// @param ignoredLabels further labels that may differ
  public static boolean similar(
      NodeTemplate a, NodeTemplate b, Set<String> ignoredLabels, Ratios ratios) {
    Resources capacityA = a.node().capacity();
    Resources capacityB = b.node().capacity();
    boolean sameCapacity =
        capacityA.cpuMilli() == capacityB.cpuMilli()
            && capacityA.ephemeralBytes() == capacityB.ephemeralBytes()
            && capacityA.pods() == capacityB.pods()
            && capacityA.extended().equals(capacityB.extended())
            && near(capacityA.memoryBytes(), capacityB.memoryBytes(), ratios.capacityMemory());
    return sameCapacity
        && allNear(a.node().allocatable(), b.node().allocatable(), ratios.allocatable())
        && allNear(free(a), free(b), ratios.free())
        && sameLabels(a.node().labels(), b.node().labels(), ignoredLabels);
  }

  private static Resources free(NodeTemplate template) {
    Resources used =
        template.pods().stream().map(PodShape::requests).reduce(Resources.NONE, Resources::plus);
    Resources all = template.node().allocatable();
    Map<String, Long> extended = new TreeMap<>(all.extended());
    extended.replaceAll((name, amount) -> amount - used.extended(name));
    return new Resources(
        all.cpuMilli() - used.cpuMilli(),
        all.memoryBytes() - used.memoryBytes(),
        all.ephemeralBytes() - used.ephemeralBytes(),
        all.pods(),
        extended);
  }

  private static boolean allNear(Resources a, Resources b, double ratio) {
    Set<String> names = new TreeSet<>(a.extended().keySet());
    return names.equals(b.extended().keySet())
        && near(a.cpuMilli(), b.cpuMilli(), ratio)
        && near(a.memoryBytes(), b.memoryBytes(), ratio)
        && near(a.ephemeralBytes(), b.ephemeralBytes(), ratio)
        && near(a.pods(), b.pods(), ratio)
        && names.stream().allMatch(name -> near(a.extended(name), b.extended(name), ratio));
  }

  private static boolean near(long a, long b, double ratio) {
    double larger = Math.max(a, b);
    return larger - Math.min(a, b) <= larger * ratio;
  }

  private static boolean sameLabels(
      Map<String, String> a, Map<String, String> b, Set<String> ignored) {
    Set<String> keys = new HashSet<>();
    List.of(a, b).forEach(labels -> keys.addAll(labels.keySet()));
    return keys.stream()
        .filter(key -> Stream.of(IGNORED, ignored).noneMatch(set -> set.contains(key)))
        .allMatch(key -> a.containsKey(key) && a.get(key).equals(b.get(key)));
  }
}
