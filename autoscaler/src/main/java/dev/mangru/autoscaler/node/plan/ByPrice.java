package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Resources;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/// Prefers the group whose nodes cost least for what the pods would cost, leaning towards nodes of
/// a size that suits the cluster: `unfitness × (nodePrice × n + s) / (podPrice + s)`, where `s` is
/// the price of a small pod, so that very cheap options do not look infinitely good. Options
/// without a price are dropped. Pure as far as the prices are.
public final class ByPrice implements Expander {

  /// What things cost.
  public interface Prices {
    /// The price of a node; empty when it has none.
    OptionalDouble node(NodeShape node);

    /// The price of what a pod requests; empty when it has none.
    OptionalDouble pod(PodShape pod);
  }

  /// The pod whose price steadies the ratio; the cluster-autoscaler's.
  public static final PodShape STABILIZING =
      PodShape.of("kube-system", "stabilize", Resources.ofPod(500, 500L << 20));

  /// Makes GPU nodes unattractive for pods that need none; the cluster-autoscaler's.
  private static final double GPU_UNFITNESS = 1000;

  /// How much worse a group is that would first have to be made; the cluster-autoscaler's.
  private static final double NOT_EXISTING = 2;

  private final Prices prices;
  private final long preferredCpuMilli;
  private final Set<String> gpuResources;

  /// @param preferredCpuMilli the CPU of the node size that suits the cluster, see [#preferred]
  /// @param gpuResources extended resources that make a node a GPU node
  public ByPrice(Prices prices, long preferredCpuMilli, Set<String> gpuResources) {
    this.prices = prices;
    this.preferredCpuMilli = preferredCpuMilli;
    this.gpuResources = Set.copyOf(gpuResources);
  }

  /// The CPU, in thousandths, of nodes that suit a cluster of some size; the cluster-autoscaler's.
  public static long preferred(int clusterNodes) {
    if (clusterNodes <= 2) {
      return 1_000;
    }
    if (clusterNodes <= 6) {
      return 2_000;
    }
    if (clusterNodes <= 20) {
      return 4_000;
    }
    if (clusterNodes <= 60) {
      return 8_000;
    }
    return clusterNodes <= 200 ? 16_000 : 32_000;
  }

  @Override
  public String name() {
    return "price";
  }

  @Override
  public List<GrowthOption> best(List<GrowthOption> options, List<String> warnings) {
    OptionalDouble steady = prices.pod(STABILIZING);
    if (steady.isEmpty()) {
      warnings.add("the provider has no price for a pod");
      return List.of();
    }
    return Expander.smallest(options, option -> score(option, steady.getAsDouble(), warnings));
  }

  private double score(GrowthOption option, double steady, List<String> warnings) {
    OptionalDouble nodePrice = prices.node(option.node());
    if (nodePrice.isEmpty()) {
      warnings.add(option.group() + ": no price for its nodes");
      return Double.NaN;
    }
    double podPrice = 0;
    for (PodShape pod : option.pods()) {
      OptionalDouble each = prices.pod(pod);
      if (each.isEmpty()) {
        warnings.add(option.group() + ": no price for pod " + pod.key());
        return Double.NaN;
      }
      podPrice += each.getAsDouble();
    }
    double ratio = (nodePrice.getAsDouble() * option.nodes() + steady) / (podPrice + steady);
    return unfitness(option) * ratio * (option.exists() ? 1 : NOT_EXISTING);
  }

  /// How badly the node size suits the cluster; matters less the more nodes are added.
  private double unfitness(GrowthOption option) {
    Resources node = option.node().capacity();
    if (gpuResources.stream().anyMatch(gpu -> node.extended(gpu) > 0)) {
      return GPU_UNFITNESS;
    }
    double preferred = preferredCpuMilli;
    double offered = node.cpuMilli();
    double raw = Math.max(preferred / offered, offered / preferred);
    return (raw - 1) * (1 - Math.tanh((option.nodes() - 1) / 15.0)) + 1;
  }
}
