package dev.mangru.collector.send;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What became of one attempt to send a batch.
public sealed interface SendResult {

  /// The server holds it.
  ///
  /// @param rejected records or samples that the server refused all the same
  /// @param message what the server said about those; empty if nothing
  record Accepted(long rejected, String message) implements SendResult {}

  /// Sending the same again later may help.
  ///
  /// @param code the HTTP status, or `no_answer`
  /// @param retryAfter how long the server wants to be left alone; null if it did not say
  /// @param message for people
  record TryLater(String code, @Nullable Duration retryAfter, String message)
      implements SendResult {}

  /// Sending the same again cannot help.
  ///
  /// @param code the HTTP status
  /// @param message for people
  record Refused(String code, String message) implements SendResult {}
}
