package dev.mangru.server.config;

import java.time.Duration;
import java.util.Locale;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Who scales, and how.
///
/// @param workloads `auto` watches only on a real cluster and acts on the playground; `off`,
///   `observe` and `replace` are said outright. Replacing needs the cluster's own HPA controller
///   switched off.
/// @param nodes likewise: `auto`, `off`, `observe` or `act`
/// @param interval between two looks at the HorizontalPodAutoscalers
/// @param nodeInterval between two looks at the nodes
/// @param metricWindow over which the CPU use of pods is averaged
/// @param keep how long decisions are kept
public record AutoscalerProperties(
    @DefaultValue("auto") String workloads,
    @DefaultValue("auto") String nodes,
    @DefaultValue("15s") Duration interval,
    @DefaultValue("10s") Duration nodeInterval,
    @DefaultValue("1m") Duration metricWindow,
    @DefaultValue("30d") Duration keep) {

  public AutoscalerProperties {
    workloads = oneOf("workloads", workloads, "auto", "off", "observe", "replace");
    nodes = oneOf("nodes", nodes, "auto", "off", "observe", "act");
    positive("interval", interval);
    positive("node-interval", nodeInterval);
    positive("metric-window", metricWindow);
    positive("keep", keep);
  }

  private static String oneOf(String name, String value, String... allowed) {
    String word = value.toLowerCase(Locale.ROOT);
    for (String each : allowed) {
      if (each.equals(word)) {
        return word;
      }
    }
    throw new IllegalArgumentException(
        "mangru.autoscaler."
            + name
            + " must be one of "
            + String.join(", ", allowed)
            + ": "
            + value);
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(
          "mangru.autoscaler." + name + " must be positive: " + value);
    }
  }
}
