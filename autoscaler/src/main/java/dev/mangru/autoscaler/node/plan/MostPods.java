package dev.mangru.autoscaler.node.plan;

import java.util.List;

/// Prefers the group that gives most pods a place. Pure.
public final class MostPods implements Expander {

  @Override
  public String name() {
    return "most-pods";
  }

  @Override
  public List<GrowthOption> best(List<GrowthOption> options, List<String> warnings) {
    return Expander.smallest(options, option -> -option.pods().size());
  }
}
