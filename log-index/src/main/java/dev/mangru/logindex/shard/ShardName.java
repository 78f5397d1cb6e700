package dev.mangru.logindex.shard;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/// The folder name of a shard says which time it holds: `2026-11-21T00+24h`.
///
/// @param startNs nanoseconds since the epoch, inclusive
/// @param endNs nanoseconds since the epoch, exclusive
record ShardName(long startNs, long endNs) {

  private static final DateTimeFormatter START =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH", Locale.ROOT).withZone(ZoneOffset.UTC);

  /// The shard of `timestampNs` where shards have `length`, whole hours.
  static ShardName of(long timestampNs, Duration length) {
    long size = length.toNanos();
    long start = Math.floorDiv(timestampNs, size) * size;
    return new ShardName(start, start + size);
  }

  /// What a folder name says; empty if it is not a shard's.
  static Optional<ShardName> parse(String name) {
    int plus = name.indexOf('+');
    if (plus < 0 || !name.endsWith("h")) {
      return Optional.empty();
    }
    try {
      Instant start = Instant.parse(name.substring(0, plus) + ":00:00Z");
      long hours = Long.parseLong(name.substring(plus + 1, name.length() - 1));
      if (hours < 1 || hours > 24 * 366) {
        return Optional.empty();
      }
      long startNs = Math.multiplyExact(start.getEpochSecond(), 1_000_000_000L);
      return Optional.of(
          new ShardName(startNs, Math.addExact(startNs, Duration.ofHours(hours).toNanos())));
    } catch (DateTimeParseException | ArithmeticException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  boolean overlaps(long otherStartNs, long otherEndNs) {
    return startNs < otherEndNs && otherStartNs < endNs;
  }

  @Override
  public String toString() {
    Instant start = Instant.ofEpochSecond(Math.floorDiv(startNs, 1_000_000_000L));
    return START.format(start) + "+" + Duration.ofNanos(endNs - startNs).toHours() + "h";
  }
}
