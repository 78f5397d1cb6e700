package dev.mangru.autoscaler.control;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The selector of a metric, as an autoscaler's spec holds it.
///
/// @param matchLabels sorted by key
/// @param expressions further requirements
public record MetricSelector(
    Map<String, String> matchLabels, List<LabelSelector.Requirement> expressions) {

  public MetricSelector {
    matchLabels = Collections.unmodifiableMap(new TreeMap<>(matchLabels));
    expressions = List.copyOf(expressions);
  }

  /// As Kubernetes writes it in conditions and events.
  String kubernetesText() {
    return "&LabelSelector{MatchLabels:map[string]string{"
        + matchLabels.entrySet().stream()
            .map(each -> each.getKey() + ": " + each.getValue() + ",")
            .collect(Collectors.joining())
        + "},MatchExpressions:[]LabelSelectorRequirement{"
        + expressions.stream()
            .map(each ->
                "LabelSelectorRequirement{Key:%s,Operator:%s,Values:[%s],},"
                    .formatted(
                        each.key(),
                        each.operator().kubernetesName(),
                        String.join(" ", each.values())))
            .collect(Collectors.joining())
        + "},}";
  }
}
