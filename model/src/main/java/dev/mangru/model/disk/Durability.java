package dev.mangru.model.disk;

/// When a record of a log counts as written.
public enum Durability {
  /// On stable storage: survives a power cut.
  SYNCED,

  /// With the operating system, and on stable storage within about a second: survives the death of
  /// the process; a power cut may take the last second.
  OS
}
