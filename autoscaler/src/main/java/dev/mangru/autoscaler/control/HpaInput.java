package dev.mangru.autoscaler.control;

import java.time.Instant;
import java.util.List;

/// Everything that one decision needs; the same input gives the same outcome, always.
///
/// @param pods of the namespace; at least those that the scale's selector selects
/// @param readings one for each metric of the spec, in order; empty if the scale is not known
/// @param others autoscalers of the namespace; at least those that share pods or the target
public record HpaInput(
    Hpa hpa,
    ScaleReading scale,
    List<PodFacts> pods,
    List<MetricReading> readings,
    List<OtherHpa> others,
    HpaMemory memory,
    HpaSettings settings,
    Instant now) {

  public HpaInput {
    pods = List.copyOf(pods);
    readings = List.copyOf(readings);
    others = List.copyOf(others);
  }
}
