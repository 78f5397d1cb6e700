package dev.mangru.alerts.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The life of one rule's alerts, written down once more from upstream's code with loops and
/// fields; it never restarts. Confined to one thread.
final class NaiveAlerts {

  private static final long RETENTION_MS = 15 * 60_000;

  private final long holdMs;
  private final long keepMs;
  private TreeMap<String, One> active = new TreeMap<>();
  private List<String> log = new ArrayList<>();

  private static final class One {
    String state = "pending";
    long activeAt;
    long firedAt = -1;
    long keepSince = -1;
    long resolvedAt = -1;

    One copy() {
      One copy = new One();
      copy.state = state;
      copy.activeAt = activeAt;
      copy.firedAt = firedAt;
      copy.keepSince = keepSince;
      copy.resolvedAt = resolvedAt;
      return copy;
    }
  }

  NaiveAlerts(long holdMs, long keepMs) {
    this.holdMs = holdMs;
    this.keepMs = keepMs;
  }

  NaiveAlerts copy() {
    NaiveAlerts copy = new NaiveAlerts(holdMs, keepMs);
    active.forEach((name, one) -> copy.active.put(name, one.copy()));
    copy.log = new ArrayList<>(log);
    return copy;
  }

  List<String> log() {
    return log;
  }

  void evaluate(Set<String> result, long t) {
    Map<String, String> before = new TreeMap<>();
    active.forEach((name, one) -> before.put(name, one.state));
    for (String name : result) {
      One one = active.get(name);
      if (one == null || one.state.equals("resolved")) {
        One fresh = new One();
        fresh.activeAt = t;
        active.put(name, fresh);
      }
    }
    TreeMap<String, One> next = new TreeMap<>();
    for (Map.Entry<String, One> entry : active.entrySet()) {
      One one = entry.getValue();
      boolean there = result.contains(entry.getKey());
      boolean keeps = false;
      if (there) {
        one.keepSince = -1;
      } else {
        if (one.state.equals("firing") && keepMs > 0) {
          if (one.keepSince < 0) {
            one.keepSince = t;
          }
          keeps = t - one.keepSince < keepMs;
        }
        boolean pending = one.state.equals("pending");
        boolean old = one.resolvedAt >= 0 && t - one.resolvedAt > RETENTION_MS;
        if (pending || old) {
          continue;
        }
        if (!one.state.equals("resolved") && !keeps) {
          one.state = "resolved";
          one.resolvedAt = t;
        }
      }
      if ((there || keeps) && one.state.equals("pending") && t - one.activeAt >= holdMs) {
        one.state = "firing";
        one.firedAt = t;
      }
      next.put(entry.getKey(), one);
    }
    for (String name : before.keySet()) {
      if (!next.containsKey(name) && !before.get(name).equals("resolved")) {
        log.add(t + " " + name + " " + before.get(name) + ">inactive");
      }
    }
    next.forEach((name, one) -> {
      String from = before.getOrDefault(name, "inactive");
      if (!from.equals(one.state)) {
        log.add(t + " " + name + " " + from + ">" + one.state);
      }
    });
    active = next;
  }

  /// Pending and firing alerts, each with all its times.
  List<String> shown() {
    List<String> shown = new ArrayList<>();
    active.forEach((name, one) -> {
      if (!one.state.equals("resolved")) {
        shown.add(text(name, one.state, one.activeAt, one.firedAt, one.keepSince));
      }
    });
    return shown;
  }

  static String text(String name, String state, long activeAt, long firedAt, long keepSince) {
    return name + " " + state + " since " + activeAt + " fired " + firedAt + " keeps " + keepSince;
  }
}
