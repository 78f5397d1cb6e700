package dev.mangru.alerts.notify;

import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.alerts.route.Route;
import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Puts alerts into groups by the routing tree. Guarded by the notifier's lock.
final class AlertGroups {

  private final AlertmanagerConfig config;
  private final IdentityHashMap<Route, Integer> places = new IdentityHashMap<>();
  private final Map<AlertGroup.Id, AlertGroup> groups = new LinkedHashMap<>();
  private final Map<String, List<AlertGroup>> byKey = new HashMap<>();

  AlertGroups(AlertmanagerConfig config) {
    this.config = config;
    for (Route route : config.route().all()) {
      places.put(route, places.size());
    }
  }

  /// Adds an alert to its groups. A new group waits for more, unless its alert has been firing for
  /// that long already: Alertmanager does so, because then it is late.
  void add(Held held, Instant now) {
    for (Route route : config.route().match(held.labels())) {
      Labels labels = route.groupLabels(held.labels());
      AlertGroup group = group(route, labels, now.plus(route.groupWait()));
      group.alerts.add(held.fingerprint());
      boolean late = held.alert().startsAt().plus(route.groupWait()).isBefore(now);
      if (!group.flushed && late && group.nextFlush.isAfter(now)) {
        group.nextFlush = now;
      }
    }
  }

  /// Adds an alert that was here before a restart or another configuration: groups that were looked
  /// at keep their rhythm, others wait for the rest of their time.
  void restore(PipelineState state, Map<AlertGroup.Id, AlertGroup> before, Instant now) {
    Map<String, Instant> told = lastTold(state);
    state.alerts.values().forEach(held -> restore(held, told, before, now));
  }

  private void restore(
      Held held,
      Map<String, Instant> lastTold,
      Map<AlertGroup.Id, AlertGroup> before,
      Instant now) {
    for (Route route : config.route().match(held.labels())) {
      Labels labels = route.groupLabels(held.labels());
      AlertGroup.Id id = new AlertGroup.Id(place(route), route.groupKey(labels));
      AlertGroup group = groups.get(id);
      if (group == null) {
        group = group(route, labels, held.receivedAt().plus(route.groupWait()));
        AlertGroup old = before.get(id);
        Instant told = lastTold.get(id.key());
        if (old != null) {
          group.nextFlush = old.nextFlush;
          group.flushed = old.flushed;
        } else if (told != null) {
          group.nextFlush = told.plus(route.groupInterval());
          group.flushed = true;
        }
        // The clock may have been set back since: nobody waits longer than for a whole turn.
        Instant latest = now.plus(longer(route.groupWait(), route.groupInterval()));
        group.nextFlush = group.nextFlush.isAfter(latest) ? latest : group.nextFlush;
        group.nextFlush = group.nextFlush.isBefore(now) ? now : group.nextFlush;
      }
      group.alerts.add(held.fingerprint());
    }
  }

  /// When somebody was last told of a group, by its key.
  private static Map<String, Instant> lastTold(PipelineState state) {
    Map<String, Instant> last = new HashMap<>();
    state.log.forEach((key, entry) -> last.merge(key.group(), entry.at(), AlertGroups::later));
    state.pending.forEach((key, intent) -> last.merge(key.group(), intent.at, AlertGroups::later));
    return last;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private int place(Route route) {
    return places.getOrDefault(route, -1);
  }

  private AlertGroup group(Route route, Labels labels, Instant firstFlush) {
    return groups.computeIfAbsent(
        new AlertGroup.Id(place(route), route.groupKey(labels)),
        id -> {
          AlertGroup group = new AlertGroup(id, route, labels, firstFlush);
          byKey.computeIfAbsent(id.key(), _ -> new ArrayList<>()).add(group);
          return group;
        });
  }

  void remove(AlertGroup group) {
    groups.remove(group.id);
    byKey.computeIfPresent(
        group.id.key(),
        (_, same) -> {
          same.remove(group);
          return same.isEmpty() ? null : same;
        });
  }

  /// Those with this key: one, unless routes have the same matchers.
  List<AlertGroup> withKey(String key) {
    return List.copyOf(byKey.getOrDefault(key, List.of()));
  }

  /// Whether an alert is in any group.
  boolean holds(Held held) {
    for (Route route : config.route().match(held.labels())) {
      String key = route.groupKey(route.groupLabels(held.labels()));
      AlertGroup group = groups.get(new AlertGroup.Id(place(route), key));
      if (group != null && group.alerts.contains(held.fingerprint())) {
        return true;
      }
    }
    return false;
  }

  Collection<AlertGroup> all() {
    return groups.values();
  }

  /// Those to look at, in the order in which they were made.
  List<AlertGroup> due(Instant now) {
    List<AlertGroup> due = new ArrayList<>();
    for (AlertGroup group : groups.values()) {
      if (!group.nextFlush.isAfter(now)) {
        due.add(group);
      }
    }
    return due;
  }

  Map<AlertGroup.Id, AlertGroup> byId() {
    return groups;
  }
}
