package dev.mangru.model.slo;

/// What users may expect, in one number, and how it is measured.
///
/// @param name unique among objectives
/// @param description one line for people
/// @param target the wanted availability, a ratio above 0 and below 1; 0.999 allows 8.76 h a year
/// @param indicator how it is measured
public record Objective(String name, String description, double target, Indicator indicator) {

  public Objective {
    if (!(target > 0 && target < 1)) {
      throw new IllegalArgumentException(
          "objective " + name + ": the target must be above 0 and below 1, as 0.999 is: " + target);
    }
  }

  /// How availability is measured.
  public sealed interface Indicator {

    /// Good events over all events; both are PromQL selectors of counters.
    record Ratio(String good, String total) implements Indicator {}

    /// Good time over all time: a slice is good while the PromQL condition has a result.
    record TimeSlice(String condition) implements Indicator {}
  }
}
