package dev.mangru.autoscaler.horizontal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Keeps replicas from following every wobble: what was recommended within a window still counts.
///
/// Pure functions over an immutable memory.
public final class Stabilization {

  private Stabilization() {}

  /// Something asked for a number of replicas.
  public record Recommendation(int replicas, Instant time) {}

  /// What remains of a recommendation.
  ///
  /// @param replicas the stabilized number
  /// @param memory to hand in the next time
  public record Stabilized(int replicas, List<Recommendation> memory) {
    public Stabilized {
      memory = List.copyOf(memory);
    }
  }

  /// Without scaling rules: never below what was recommended within the downscale window.
  ///
  /// @param downscaleWindow includes a recommendation exactly that old
  public static Stabilized downscaleOnly(
      List<Recommendation> memory, int desired, Duration downscaleWindow, Instant now) {
    Instant cutoff = now.minus(downscaleWindow);
    int highest = desired;
    int outdated = -1;
    for (int i = 0; i < memory.size(); i++) {
      if (memory.get(i).time().isBefore(cutoff)) {
        outdated = i;
      } else {
        highest = Math.max(highest, memory.get(i).replicas());
      }
    }
    return new Stabilized(highest, remember(memory, outdated, desired, now));
  }

  /// With scaling rules: moves up only as far as all recommendations within `upWindow` agree, and
  /// down only as far as all within `downWindow` do.
  public static Stabilized bothWays(
      List<Recommendation> memory,
      int current,
      int desired,
      Duration upWindow,
      Duration downWindow,
      Instant now) {
    Instant upCutoff = now.minus(upWindow);
    Instant downCutoff = now.minus(downWindow);
    int lowest = desired;
    int highest = desired;
    int outdated = -1;
    for (int i = 0; i < memory.size(); i++) {
      Recommendation past = memory.get(i);
      if (past.time().isAfter(upCutoff)) {
        lowest = Math.min(lowest, past.replicas());
      }
      if (past.time().isAfter(downCutoff)) {
        highest = Math.max(highest, past.replicas());
      }
      if (past.time().isBefore(upCutoff) && past.time().isBefore(downCutoff)) {
        outdated = i;
      }
    }
    int replicas = Math.min(Math.max(current, lowest), highest);
    return new Stabilized(replicas, remember(memory, outdated, desired, now));
  }

  private static List<Recommendation> remember(
      List<Recommendation> memory, int slot, int desired, Instant now) {
    List<Recommendation> next = new ArrayList<>(memory);
    if (slot >= 0) {
      next.set(slot, new Recommendation(desired, now));
    } else {
      next.add(new Recommendation(desired, now));
    }
    return next;
  }
}
