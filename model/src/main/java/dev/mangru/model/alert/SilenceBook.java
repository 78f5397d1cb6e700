package dev.mangru.model.alert;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All silences. Thread-safe.
public interface SilenceBook {

  /// Every silence that is kept, expired ones for some days too.
  List<Silence> silences();

  /// The one with that id, or null.
  @Nullable Silence silence(String id);

  /// Makes a silence, or changes the one with its id. When this returns it is on stable storage.
  ///
  /// @return its id; another one if what was changed cannot be changed in place
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if it makes no sense, `NOT_FOUND`
  ///   for an id that is not known
  String put(Silence silence, Instant now);

  /// Ends a silence now.
  ///
  /// @throws dev.mangru.model.error.MangruException `NOT_FOUND` for an id that is not known
  void expire(String id, Instant now);
}
