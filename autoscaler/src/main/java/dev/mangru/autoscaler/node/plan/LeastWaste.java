package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.PodShape;
import java.util.List;
import java.util.function.ToLongFunction;

/// Prefers the group whose new nodes would stay least unused: the smallest sum of the unused shares
/// of CPU and memory over all nodes added. Pure.
public final class LeastWaste implements Expander {

  /// What of an option stays unused, as shares from 0 to 1.
  public record Waste(double cpu, double memory) {
    /// What is compared.
    public double score() {
      return cpu + memory;
    }
  }

  @Override
  public String name() {
    return "least-waste";
  }

  @Override
  public List<GrowthOption> best(List<GrowthOption> options, List<String> warnings) {
    return Expander.smallest(options, option -> of(option).score());
  }

  /// What of an option stays unused.
  public static Waste of(GrowthOption option) {
    return new Waste(
        unused(option.node().capacity().cpuMilli(), option, pod -> pod.requests().cpuMilli()),
        unused(
            option.node().capacity().memoryBytes(), option, pod -> pod.requests().memoryBytes()));
  }

  private static double unused(
      long perNode, GrowthOption option, ToLongFunction<PodShape> request) {
    double offered = (double) perNode * option.nodes();
    double asked = 0;
    for (PodShape pod : option.pods()) {
      asked += request.applyAsLong(pod);
    }
    return offered > 0 ? (offered - asked) / offered : 1;
  }
}
