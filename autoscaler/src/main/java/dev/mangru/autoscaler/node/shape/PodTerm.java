package dev.mangru.autoscaler.node.shape;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One required term of a pod's affinity or anti-affinity to other pods, with `matchLabelKeys` and
/// `mismatchLabelKeys` already folded into the selector. Immutable.
///
/// @param selector which pods it is about
/// @param topologyKey the node label whose equal values make nodes neighbours
/// @param namespaces the pods' namespaces, with those of the pod itself filled in
/// @param namespaceSelector further namespaces by their labels; null when there is none
public record PodTerm(
    LabelSelector selector,
    String topologyKey,
    Set<String> namespaces,
    @Nullable LabelSelector namespaceSelector) {

  public PodTerm {
    namespaces = Set.copyOf(namespaces);
  }

  /// Whether it is about a pod.
  ///
  /// @param namespaceLabels the labels of that pod's namespace
  boolean matches(PodShape pod, Map<String, String> namespaceLabels) {
    boolean inNamespace =
        namespaces.contains(pod.namespace())
            || (namespaceSelector != null && namespaceSelector.matches(namespaceLabels));
    return inNamespace && selector.matches(pod.labels());
  }
}
