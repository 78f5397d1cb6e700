package dev.mangru.autoscaler.control;

/// What came of reading a target's scale.
public sealed interface ScaleReading {

  /// It was read.
  record Known(Scale scale) implements ScaleReading {}

  /// The cluster answered, and there is no scale to be had.
  ///
  /// @param problem in the cluster's words
  record Failed(String problem) implements ScaleReading {}
}
