package dev.mangru.alerts.notify;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What became of an attempt. `detail` says it to people, without secrets.
public sealed interface Outcome {

  /// In words.
  String detail();

  /// The receiver has it.
  record Delivered(String detail) implements Outcome {}

  /// Perhaps later.
  ///
  /// @param after what the receiver asked to wait; null if it said nothing
  /// @param perhapsTaken whether the receiver may have it nevertheless: it did not say that it has
  ///   not
  record Later(String detail, @Nullable Duration after, boolean perhapsTaken) implements Outcome {}

  /// Trying again cannot help.
  record Refused(String detail) implements Outcome {}
}
