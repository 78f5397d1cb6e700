package dev.mangru.autoscaler.control;

import dev.mangru.model.error.MangruException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// Which pods each autoscaler selects, and which autoscalers get into each other's way. Made once
/// for a pass, then immutable: the work grows with the pods that are selected, not with pairs of
/// autoscalers.
final class Neighbourhood {

  private record Target(String namespace, String group, String kind, String name) {
    static Target of(Hpa hpa) {
      TargetRef target = hpa.spec().target();
      return new Target(hpa.namespace(), target.group(), target.kind(), target.name());
    }
  }

  private record PodKey(String namespace, String name) {}

  private final Map<String, List<PodFacts>> selected = new HashMap<>();
  private final Map<Target, List<OtherHpa>> byTarget = new HashMap<>();
  private final Map<PodKey, List<OtherHpa>> byPod = new HashMap<>();

  /// @param scales what was read, by [Hpa#key]; an autoscaler without is known by its target only
  /// @param pods of a namespace
  Neighbourhood(
      List<Hpa> hpas, Map<String, ScaleReading> scales, Function<String, List<PodFacts>> pods) {
    Map<String, NamespacePods> namespaces = new HashMap<>();
    for (Hpa hpa : hpas) {
      String selector =
          scales.get(hpa.key()) instanceof ScaleReading.Known(Scale known) ? known.selector() : "";
      OtherHpa self = new OtherHpa(hpa.name(), selector, hpa.spec().target());
      byTarget.computeIfAbsent(Target.of(hpa), _ -> new ArrayList<>()).add(self);
      if (selector.isEmpty()) {
        continue;
      }
      NamespacePods namespace =
          namespaces.computeIfAbsent(hpa.namespace(), name -> new NamespacePods(pods.apply(name)));
      try {
        List<PodFacts> mine = namespace.select(LabelSelector.parse(selector));
        selected.put(hpa.key(), mine);
        for (PodFacts pod : mine) {
          byPod
              .computeIfAbsent(new PodKey(hpa.namespace(), pod.name()), _ -> new ArrayList<>(1))
              .add(self);
        }
      } catch (MangruException _) {
        selected.put(hpa.key(), List.of()); // the decision says what is wrong with the selector
      }
    }
  }

  /// The pods that an autoscaler selects.
  List<PodFacts> selected(Hpa hpa) {
    return selected.getOrDefault(hpa.key(), List.of());
  }

  /// The others that scale the same target or select one of the same pods, by name.
  List<OtherHpa> others(Hpa hpa) {
    Map<String, OtherHpa> others = new TreeMap<>();
    byTarget.getOrDefault(Target.of(hpa), List.of()).forEach(each -> others.put(each.name(), each));
    for (PodFacts pod : selected(hpa)) {
      byPod
          .getOrDefault(new PodKey(hpa.namespace(), pod.name()), List.of())
          .forEach(each -> others.put(each.name(), each));
    }
    others.remove(hpa.name());
    return List.copyOf(others.values());
  }
}
