package dev.mangru.collector.tail;

import java.util.Locale;

/// Why bytes of a log were never sent.
public enum LossReason {
  /// The file was deleted before it was read to its end.
  VANISHED,
  /// The file was cut before it was read to its end, and no copy of it was found.
  TRUNCATED,
  /// The part of a line beyond the limit.
  LINE_TOO_LONG,
  /// The server refused the records for good.
  REFUSED;

  /// As the `reason` label has it.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
