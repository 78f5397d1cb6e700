package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.provider.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which node groups are left alone after failures, and until when. An immutable value: every
/// change makes a new one.
///
/// The first failure costs `initial`; each further one after that time doubles it up to `max`. A
/// failure while a group is backed off renews the time and does not double it. `reset` after the
/// last failure all is forgotten.
///
/// @param initial 5 minutes by default, as the cluster-autoscaler
/// @param max 30 minutes by default
/// @param reset 3 hours by default
/// @param entries by group
public record Backoff(Duration initial, Duration max, Duration reset, Map<String, Entry> entries) {

  /// What is known of one group.
  ///
  /// @param lasts how long it is left alone
  /// @param until when it may be tried again
  /// @param failed when it failed last
  /// @param code the provider's code of that failure
  public record Entry(
      Duration lasts,
      Instant until,
      Instant failed,
      Instance.ErrorClass errorClass,
      String code,
      String message) {}

  public Backoff {
    entries = Map.copyOf(entries);
  }

  /// Nothing has failed yet.
  public static Backoff none(Duration initial, Duration max, Duration reset) {
    return new Backoff(initial, max, reset, Map.of());
  }

  /// The group's entry while it is to be left alone; null when it may be tried.
  public @Nullable Entry at(String group, Instant now) {
    Entry entry = entries.get(group);
    return entry != null && entry.until().isAfter(now) ? entry : null;
  }

  /// The same after one more failure.
  public Backoff failed(
      String group, Instance.ErrorClass errorClass, String code, String message, Instant now) {
    Entry before = entries.get(group);
    Duration lasts = initial;
    if (before != null && !before.failed().plus(reset).isBefore(now)) {
      boolean during = now.isBefore(before.until());
      lasts = during ? before.lasts() : shorter(before.lasts().multipliedBy(2), max);
    }
    Map<String, Entry> all = new TreeMap<>(entries);
    all.put(group, new Entry(lasts, now.plus(lasts), now, errorClass, code, message));
    return with(all);
  }

  /// The same after a success.
  public Backoff succeeded(String group) {
    if (!entries.containsKey(group)) {
      return this;
    }
    Map<String, Entry> all = new TreeMap<>(entries);
    all.remove(group);
    return with(all);
  }

  /// The same without what is long past.
  public Backoff withoutStale(Instant now) {
    Map<String, Entry> all = new TreeMap<>(entries);
    all.values().removeIf(entry -> entry.failed().plus(reset).isBefore(now));
    return with(all);
  }

  private Backoff with(Map<String, Entry> all) {
    return new Backoff(initial, max, reset, all);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
