package dev.mangru.alerts.route;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A node of the routing tree, with everything that it inherits filled in.
///
/// @param key what it matches, from the root on: `{}/{team="a"}`
/// @param matchers all must match; sorted
/// @param receiver who hears of its alerts
/// @param groupBy labels that alerts of one group have in common
/// @param groupByAll whether every alert is a group of its own
/// @param groupWait before the first notification of a group
/// @param groupInterval between looks at a group
/// @param repeatInterval before a notification is repeated though nothing has changed
/// @param muteTimeIntervals nobody is told inside any of these; not inherited
/// @param activeTimeIntervals if there are any, nobody is told outside all of these; not inherited
/// @param goesOn whether the next sibling is tried too
public record Route(
    String key,
    List<LabelMatcher> matchers,
    String receiver,
    Set<String> groupBy,
    boolean groupByAll,
    Duration groupWait,
    Duration groupInterval,
    Duration repeatInterval,
    List<String> muteTimeIntervals,
    List<String> activeTimeIntervals,
    boolean goesOn,
    List<Route> children) {

  /// Alertmanager's defaults (`dispatch.DefaultRouteOpts`).
  static final Duration GROUP_WAIT = Duration.ofSeconds(30);

  static final Duration GROUP_INTERVAL = Duration.ofMinutes(5);
  static final Duration REPEAT_INTERVAL = Duration.ofHours(4);

  public Route {
    matchers = List.copyOf(matchers);
    groupBy = Set.copyOf(groupBy);
    muteTimeIntervals = List.copyOf(muteTimeIntervals);
    activeTimeIntervals = List.copyOf(activeTimeIntervals);
    children = List.copyOf(children);
  }

  /// Below `parent`, or a root if that is null.
  static Route of(YamlMap map, @Nullable Route parent) {
    List<LabelMatcher> matchers = new ArrayList<>();
    map.entries("match")
        .forEach((name, value) -> matchers.add(LabelMatcher.equal(name, String.valueOf(value))));
    map.entries("match_re")
        .forEach((name, value) ->
            matchers.add(Matchers.of(Operator.REGEX, name, "^(?:" + value + ")$")));
    matchers.addAll(ConfigSchema.matchers(map, "matchers"));
    matchers.sort(Matchers.ORDER);
    Set<String> groupBy = new TreeSet<>(map.texts("group_by"));
    boolean all = groupBy.remove("...");
    if (!all && parent != null && !map.has("group_by")) {
      all = parent.groupByAll;
      groupBy.addAll(parent.groupBy);
    }
    String key = (parent == null ? "" : parent.key + "/") + Matchers.format(matchers);
    Route alone =
        new Route(
            key,
            matchers,
            map.hasText("receiver") || parent == null ? map.text("receiver") : parent.receiver,
            groupBy,
            all,
            duration(map, "group_wait", parent == null ? GROUP_WAIT : parent.groupWait),
            duration(map, "group_interval", parent == null ? GROUP_INTERVAL : parent.groupInterval),
            duration(
                map, "repeat_interval", parent == null ? REPEAT_INTERVAL : parent.repeatInterval),
            map.texts("mute_time_intervals"),
            map.texts("active_time_intervals"),
            map.flag("continue", false),
            List.of());
    List<Route> children = new ArrayList<>();
    for (YamlMap child : map.maps("routes")) {
      if (child != null) {
        children.add(of(child, alone));
      }
    }
    return alone.with(children);
  }

  private static Duration duration(YamlMap map, String name, Duration inherited) {
    Duration own = map.duration(name);
    return own == null ? inherited : own;
  }

  private Route with(List<Route> below) {
    return new Route(
        key,
        matchers,
        receiver,
        groupBy,
        groupByAll,
        groupWait,
        groupInterval,
        repeatInterval,
        muteTimeIntervals,
        activeTimeIntervals,
        goesOn,
        below);
  }

  /// The routes that an alert takes, in order; empty if this one does not match.
  public List<Route> match(Labels labels) {
    if (!LabelMatcher.allMatch(matchers, labels)) {
      return List.of();
    }
    List<Route> all = new ArrayList<>();
    for (Route child : children) {
      List<Route> below = child.match(labels);
      all.addAll(below);
      if (!below.isEmpty() && !child.goesOn) {
        break;
      }
    }
    return all.isEmpty() ? List.of(this) : all;
  }

  /// What an alert of this route has in common with the others of its group.
  public Labels groupLabels(Labels labels) {
    return groupByAll ? labels : labels.keep(groupBy);
  }

  /// The name of a group, as Alertmanager writes it: `{}/{team="a"}:{alertname="b"}`.
  public String groupKey(Labels groupLabels) {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < groupLabels.count(); i++) {
      pairs.add(groupLabels.name(i) + "=" + GoText.quote(groupLabels.value(i)));
    }
    return key + ":{" + String.join(", ", pairs) + "}";
  }

  /// This route and all below it.
  public List<Route> all() {
    List<Route> all = new ArrayList<>(List.of(this));
    children.forEach(child -> all.addAll(child.all()));
    return all;
  }
}
