package dev.mangru.logindex.search;

import dev.mangru.model.error.MangruException;

/// Where a record stands in the order of records: by time, then by order of storage. Also what
/// cursors and record ids are made of: `ts.seq`, both in base 36.
///
/// @param timestampNs nanoseconds since the epoch
/// @param seq sequence number
public record Locator(long timestampNs, long seq) implements Comparable<Locator> {

  private static final int BASE = 36;

  /// Reads what [#toString] wrote.
  ///
  /// @param what what it is called in the error: `cursor`, `id`
  /// @throws MangruException `BAD_DATA` if it is anything else
  public static Locator parse(String what, String text) {
    int dot = text.indexOf('.');
    if (dot > 0 && text.length() <= 32) {
      try {
        return new Locator(
            Long.parseLong(text.substring(0, dot), BASE),
            Long.parseLong(text.substring(dot + 1), BASE));
      } catch (NumberFormatException e) {
        throw malformed(what, text);
      }
    }
    throw malformed(what, text);
  }

  private static MangruException malformed(String what, String text) {
    String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
    return MangruException.badData(
        what + " \"" + shown + "\" is not one that a search of this store gave");
  }

  @Override
  public int compareTo(Locator other) {
    int order = Long.compare(timestampNs, other.timestampNs);
    return order != 0 ? order : Long.compare(seq, other.seq);
  }

  @Override
  public String toString() {
    return Long.toString(timestampNs, BASE) + "." + Long.toString(seq, BASE);
  }
}
