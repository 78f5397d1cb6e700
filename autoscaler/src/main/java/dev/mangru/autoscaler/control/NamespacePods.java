package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.control.LabelSelector.Operator;
import dev.mangru.autoscaler.control.LabelSelector.Requirement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The pods of a namespace, found by a selector without looking at each: thousands of autoscalers
/// share a namespace of many more pods. Immutable once made.
final class NamespacePods {

  private record Label(String key, String value) {}

  private final List<PodFacts> all;
  private final Map<Label, List<PodFacts>> byLabel = new HashMap<>();

  NamespacePods(List<PodFacts> pods) {
    all = List.copyOf(pods);
    for (PodFacts pod : all) {
      pod.labels()
          .forEach((key, value) ->
              byLabel.computeIfAbsent(new Label(key, value), _ -> new ArrayList<>()).add(pod));
    }
  }

  /// The pods that `selector` picks, in the order in which they were given.
  List<PodFacts> select(LabelSelector selector) {
    List<PodFacts> candidates = all;
    for (Requirement each : selector.requirements()) {
      if (each.operator() == Operator.IN && each.values().size() == 1) {
        List<PodFacts> labelled =
            byLabel.getOrDefault(new Label(each.key(), each.values().getFirst()), List.of());
        candidates = labelled.size() < candidates.size() ? labelled : candidates;
      }
    }
    return candidates.stream().filter(pod -> selector.matches(pod.labels())).toList();
  }
}
