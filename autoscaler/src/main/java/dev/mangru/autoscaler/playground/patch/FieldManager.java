package dev.mangru.autoscaler.playground.patch;

import java.time.Instant;

/// Who writes, for `metadata.managedFields`.
///
/// @param name the query parameter `fieldManager`, or the part of the user agent before the slash
/// @param subresource such as `status` or `scale`; empty for the object itself
/// @param now the time of the write; kept to the second
public record FieldManager(String name, String subresource, Instant now) {

  /// The longest name, characters; upstream's `FieldManagerMaxLength`.
  public static final int MAX_NAME = 128;
}
