package dev.mangru.autoscaler.node.shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Picks objects by their labels; all of it must hold, so an empty selector picks everything.
///
/// Immutable. An absent selector, which in Kubernetes picks nothing, is [#NOTHING].
///
/// @param matchLabels labels that must be there with these values
/// @param expressions further requirements
public record LabelSelector(Map<String, String> matchLabels, List<Requirement> expressions) {

  /// Picks everything.
  public static final LabelSelector EVERYTHING = new LabelSelector(Map.of(), List.of());

  /// Picks nothing.
  public static final LabelSelector NOTHING =
      new LabelSelector(Map.of(), List.of(new Requirement("", "In", List.of())));

  public LabelSelector {
    matchLabels = Map.copyOf(matchLabels);
    expressions = List.copyOf(expressions);
  }

  /// Picks what carries these labels.
  public static LabelSelector of(Map<String, String> matchLabels) {
    return new LabelSelector(matchLabels, List.of());
  }

  /// Whether it picks an object with these labels.
  public boolean matches(Map<String, String> labels) {
    for (Map.Entry<String, String> each : matchLabels.entrySet()) {
      if (!each.getValue().equals(labels.get(each.getKey()))) {
        return false;
      }
    }
    for (Requirement each : expressions) {
      if (!each.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  /// This selector with one more requirement.
  LabelSelector and(Requirement more) {
    List<Requirement> all = new ArrayList<>(expressions);
    all.add(more);
    return new LabelSelector(matchLabels, all);
  }
}
