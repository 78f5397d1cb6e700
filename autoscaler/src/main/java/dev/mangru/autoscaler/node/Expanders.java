package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.plan.ByChance;
import dev.mangru.autoscaler.node.plan.ByPrice;
import dev.mangru.autoscaler.node.plan.ByPriority;
import dev.mangru.autoscaler.node.plan.Expander;
import dev.mangru.autoscaler.node.plan.LeastNodes;
import dev.mangru.autoscaler.node.plan.LeastWaste;
import dev.mangru.autoscaler.node.plan.MostPods;
import dev.mangru.autoscaler.node.provider.NodeGroupProvider;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/// The expanders by the names that configurations use.
final class Expanders {

  static final List<String> NAMES =
      List.of("least-waste", "most-pods", "least-nodes", "priority", "price", "random");

  private Expanders() {}

  static List<Expander> of(
      NodeAutoscalerOptions options, NodeGroupProvider provider, int clusterNodes) {
    return options.growing().expanders().stream()
        .map(name -> one(name, options, provider, clusterNodes))
        .toList();
  }

  private static Expander one(
      String name, NodeAutoscalerOptions options, NodeGroupProvider provider, int clusterNodes) {
    return switch (name) {
      case "most-pods" -> new MostPods();
      case "least-nodes" -> new LeastNodes();
      case "priority" -> new ByPriority(options.growing().priorities());
      case "price" ->
          new ByPrice(
              prices(provider), ByPrice.preferred(clusterNodes), Set.of(options.gpuResource()));
      case "random" -> new ByChance();
      default -> new LeastWaste();
    };
  }

  private static ByPrice.Prices prices(NodeGroupProvider provider) {
    return new ByPrice.Prices() {
      @Override
      public OptionalDouble node(NodeShape node) {
        return provider.nodePrice(node);
      }

      @Override
      public OptionalDouble pod(PodShape pod) {
        return provider.podPrice(pod);
      }
    };
  }
}
