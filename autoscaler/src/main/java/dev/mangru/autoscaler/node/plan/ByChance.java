package dev.mangru.autoscaler.node.plan;

import java.util.List;

/// Prefers nothing, so that the draw at the end of the chain decides. Pure.
public final class ByChance implements Expander {

  @Override
  public String name() {
    return "random";
  }

  @Override
  public List<GrowthOption> best(List<GrowthOption> options, List<String> warnings) {
    return options;
  }
}
