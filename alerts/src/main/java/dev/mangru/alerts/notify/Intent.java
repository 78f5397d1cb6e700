package dev.mangru.alerts.notify;

import dev.mangru.model.alert.NotificationBook.Notification;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.metric.Labels;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Something that will be said. What is said never changes; how it fares does, guarded by the
/// notifier's lock.
final class Intent {

  /// An alert of it, as it was when it was decided on.
  ///
  /// @param resolved whether it had stopped
  record Item(Held held, boolean resolved) {}

  final String id;
  final long sequence;
  final LogKey key;
  final String receiver;
  final Labels groupLabels;
  final List<Item> items;
  final Instant at;
  final Duration repeat;
  final Reason reason;
  final Set<String> firing = new TreeSet<>();
  final Set<String> resolved = new TreeSet<>();

  int attempts;
  @Nullable Instant nextAttempt;
  boolean inFlight;

  /// Whether its receiver may have it, though nobody knows: then it is not replaced by another.
  boolean perhapsTaken;

  String detail = "";

  /// Its way to the disk; null once it is there, or cannot be.
  RecordLog.@Nullable Ticket ticket;

  Intent(
      String id,
      long sequence,
      LogKey key,
      String receiver,
      Labels groupLabels,
      List<Item> items,
      Instant at,
      Duration repeat,
      Reason reason) {
    this.id = id;
    this.sequence = sequence;
    this.key = key;
    this.receiver = receiver;
    this.groupLabels = groupLabels;
    this.items = List.copyOf(items);
    this.at = at;
    this.repeat = repeat;
    this.reason = reason;
    this.nextAttempt = at;
    for (Item item : items) {
      (item.resolved ? resolved : firing).add(item.held.fingerprint());
    }
  }

  /// A name that no other notification has: of the group, its alerts, and a number that goes up.
  static String id(LogKey key, List<Item> items, long sequence, Instant at) {
    StringBuilder text = new StringBuilder();
    text.append(key.group()).append('\n').append(key.integration()).append('\n');
    for (Item item : items) {
      text.append(item.held.fingerprint()).append(item.resolved ? "-" : "+");
      text.append(item.held.alert().startsAt()).append('\n');
    }
    text.append(sequence).append('\n').append(at);
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  boolean says(Set<String> firingNow, Set<String> resolvedNow) {
    return firing.equals(firingNow) && resolved.equals(resolvedNow);
  }

  /// Whether someone who hears the newer state misses nothing that this one says.
  boolean isCoveredBy(Set<String> firingNow, Set<String> resolvedNow) {
    return firingNow.containsAll(firing)
        && resolved.stream().allMatch(fp -> firingNow.contains(fp) || resolvedNow.contains(fp));
  }

  Notification notification(Notification.State state, @Nullable Instant finishedAt) {
    List<Labels> fire = new ArrayList<>();
    List<Labels> stop = new ArrayList<>();
    for (Item item : items) {
      (item.resolved ? stop : fire).add(item.held.labels());
    }
    return new Notification(
        id,
        receiver,
        key.group(),
        groupLabels,
        fire,
        stop,
        at,
        state,
        attempts,
        detail,
        finishedAt,
        finishedAt == null ? nextAttempt : null);
  }
}
