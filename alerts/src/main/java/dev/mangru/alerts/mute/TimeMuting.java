package dev.mangru.alerts.mute;

import dev.mangru.alerts.route.Route;
import dev.mangru.alerts.route.TimeInterval;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Says when a route keeps quiet.
public final class TimeMuting {

  private TimeMuting() {}

  /// Names of the intervals that keep `route` quiet at `now`: those it is muted in, or, if it has
  /// times to be active in and this is none, all of those. Empty if it may speak.
  public static List<String> mutedBy(
      Route route, Map<String, List<TimeInterval>> intervals, Instant now) {
    List<String> muted = new ArrayList<>();
    for (String name : route.muteTimeIntervals()) {
      if (contains(intervals, name, now)) {
        muted.add(name);
      }
    }
    boolean active =
        route.activeTimeIntervals().isEmpty()
            || route.activeTimeIntervals().stream()
                .anyMatch(name -> contains(intervals, name, now));
    if (!active) {
      muted.addAll(route.activeTimeIntervals());
    }
    return muted;
  }

  private static boolean contains(
      Map<String, List<TimeInterval>> intervals, String name, Instant now) {
    return intervals.getOrDefault(name, List.of()).stream()
        .anyMatch(interval -> interval.contains(now));
  }
}
