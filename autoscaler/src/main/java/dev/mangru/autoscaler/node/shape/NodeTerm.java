package dev.mangru.autoscaler.node.shape;

import java.util.List;

/// One alternative of a node affinity: all of its requirements must hold, and an empty one holds
/// for no node. Immutable.
///
/// @param expressions over the node's labels
/// @param fields over the node's fields, of which Kubernetes knows `metadata.name`
public record NodeTerm(List<Requirement> expressions, List<Requirement> fields) {

  public NodeTerm {
    expressions = List.copyOf(expressions);
    fields = List.copyOf(fields);
  }

  /// Whether the node satisfies it.
  public boolean matches(NodeShape node) {
    if (expressions.isEmpty() && fields.isEmpty()) {
      return false;
    }
    for (Requirement each : expressions) {
      if (!each.matches(node.labels())) {
        return false;
      }
    }
    for (Requirement each : fields) {
      if (!each.key().equals("metadata.name") || !each.matches(node.name())) {
        return false;
      }
    }
    return true;
  }
}
