package dev.mangru.alerts.notify;

import dev.mangru.alerts.route.Route;
import dev.mangru.model.metric.Labels;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/// Alerts that are told together. Guarded by the notifier's lock.
final class AlertGroup {

  /// Two routes may have one key, so a group has its route's place in the tree, too.
  record Id(int route, String key) {}

  final Id id;
  final Route route;
  final Labels labels;
  final Set<String> alerts = new LinkedHashSet<>();
  Instant nextFlush;
  boolean flushed;

  AlertGroup(Id id, Route route, Labels labels, Instant nextFlush) {
    this.id = id;
    this.route = route;
    this.labels = labels;
    this.nextFlush = nextFlush;
  }
}
