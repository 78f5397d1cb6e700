package dev.mangru.alerts.notify;

import dev.mangru.model.metric.Labels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A group as people may see it at one instant: without the alerts that are muted. Immutable.
///
/// @param items in Alertmanager's order
record Flush(List<Intent.Item> items) {

  /// By job, instance, then all labels. Source: `types.AlertSlice`.
  private static final Comparator<Intent.Item> ORDER =
      Comparator.comparing(
              (Intent.Item item) -> item.held().labels().get("job"), Labels::compareUtf8)
          .thenComparing(item -> item.held().labels().get("instance"), Labels::compareUtf8)
          .thenComparing(item -> item.held().labels());

  Flush {
    items = List.copyOf(items);
  }

  /// @param mutedByTime whether the whole route keeps quiet
  /// @param muted whether an alert is silenced or inhibited
  static Flush of(
      AlertGroup group,
      Map<String, Held> alerts,
      boolean mutedByTime,
      Predicate<Labels> muted,
      Instant now) {
    List<Intent.Item> items = new ArrayList<>();
    for (String fingerprint : group.alerts) {
      Held held = alerts.get(fingerprint);
      if (held != null && !mutedByTime && !muted.test(held.labels())) {
        items.add(new Intent.Item(held, held.resolved(now)));
      }
    }
    items.sort(ORDER);
    return new Flush(items);
  }

  /// Whether there is nothing to say at all.
  boolean isMuted() {
    return items.isEmpty();
  }

  Set<String> firing() {
    return fingerprints(false);
  }

  Set<String> resolved() {
    return fingerprints(true);
  }

  private Set<String> fingerprints(boolean resolved) {
    Set<String> fingerprints = new LinkedHashSet<>();
    for (Intent.Item item : items) {
      if (item.resolved() == resolved) {
        fingerprints.add(item.held().fingerprint());
      }
    }
    return fingerprints;
  }

  /// Without alerts of which the receiver knows that they have stopped: nobody is told twice.
  Flush withoutWhatWasTold(@Nullable LogEntry entry, @Nullable Intent before) {
    if (entry == null) {
      return this;
    }
    List<Intent.Item> news = new ArrayList<>();
    for (Intent.Item item : items) {
      String fingerprint = item.held().fingerprint();
      boolean known =
          item.resolved()
              && entry.resolved().contains(fingerprint)
              && !entry.firing().contains(fingerprint)
              && (before == null || !before.firing.contains(fingerprint));
      if (!known) {
        news.add(item);
      }
    }
    return new Flush(news);
  }
}
