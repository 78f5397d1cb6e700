package dev.mangru.server.http;

import java.time.Instant;

/// The files that can change while Mangru runs: rules, and who hears of alerts. Thread-safe.
public interface Reloading {

  /// Reads them at once and puts them in force, as far as they are right.
  ///
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` with what is wrong; what was in
  ///   force before goes on where a file is wrong
  void reload(Instant now);

  /// Whether what is in force is what the files say.
  boolean successful();

  /// When all of them were right last.
  Instant lastSuccess();
}
