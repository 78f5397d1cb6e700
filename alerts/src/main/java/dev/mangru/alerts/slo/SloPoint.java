package dev.mangru.alerts.slo;

/// What an objective had counted up to one moment. The difference of two points is everything that
/// happened after the earlier one, up to and including the later one.
///
/// @param timestampMs the moment, milliseconds since the epoch
/// @param good good events, or good seconds, since the objective began
/// @param total all events, or all known seconds
/// @param measuredSeconds seconds during which it was measured
record SloPoint(long timestampMs, double good, double total, double measuredSeconds) {

  /// Nothing counted yet.
  static SloPoint zero(long timestampMs) {
    return new SloPoint(timestampMs, 0, 0, 0);
  }
}
