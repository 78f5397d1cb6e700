package dev.mangru.autoscaler.node.plan;

import java.util.List;

/// Prefers the group that needs the fewest nodes; options without any are dropped. Pure.
public final class LeastNodes implements Expander {

  @Override
  public String name() {
    return "least-nodes";
  }

  @Override
  public List<GrowthOption> best(List<GrowthOption> options, List<String> warnings) {
    return Expander.smallest(options, option -> option.nodes() == 0 ? Double.NaN : option.nodes());
  }
}
