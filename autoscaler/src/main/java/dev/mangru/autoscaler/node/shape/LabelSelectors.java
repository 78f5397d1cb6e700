package dev.mangru.autoscaler.node.shape;

import tools.jackson.databind.JsonNode;

/// Reads [LabelSelector]s out of Kubernetes objects. Pure.
public final class LabelSelectors {

  private LabelSelectors() {}

  /// The selector that a `metav1.LabelSelector` describes; an absent one picks nothing.
  public static LabelSelector of(JsonNode selector) {
    return Trees.selector(selector);
  }
}
