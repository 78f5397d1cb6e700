package dev.mangru.server.http;

import org.jspecify.annotations.Nullable;

/// Start, end and step of a range query, checked as Prometheus checks them.
///
/// @param startMs first evaluation, milliseconds since the epoch
/// @param endMs last possible evaluation, inclusive, not before `startMs`
/// @param stepMs between evaluations, positive; 0 for a single one
public record RangeParams(long startMs, long endMs, long stepMs) {

  /// Reads `start`, `end` and `step`.
  ///
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if one is missing or wrong, or if
  ///   there would be too many points
  public static RangeParams of(Params params) {
    long start = params.requiredTimeMs("start");
    long end = params.requiredTimeMs("end");
    if (end < start) {
      throw Params.invalid("end", "end timestamp must not be before start time", null);
    }
    @Nullable Long step = params.durationMs("step");
    if (step == null) {
      throw Params.invalid("step", "cannot parse \"\" to a valid duration", null);
    }
    if (step <= 0) {
      throw Params.invalid(
          "step",
          "zero or negative query resolution step widths are not accepted. Try a positive integer",
          null);
    }
    // Doubles, because the difference of two extreme times does not fit into a long.
    if (Math.floor(((double) end - start) / step) > QueryLimits.MAX_POINTS) {
      throw dev.mangru.model.error.MangruException.badData(
          "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query"
              + " resolution (?step=XX)");
    }
    return new RangeParams(start, end, step);
  }

  /// How many evaluations there are.
  public int points() {
    return (int) ((endMs - startMs) / stepMs) + 1;
  }
}
