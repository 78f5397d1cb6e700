package dev.mangru.model.scale;

import dev.mangru.model.scale.Decision.Kind;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Every decision, in order. Thread-safe.
public interface DecisionLog {

  /// Keeps a decision. When this returns it is on stable storage.
  ///
  /// @return its number, larger than every earlier one
  /// @throws dev.mangru.model.error.MangruException `UNAVAILABLE` if it could not be kept
  long append(Decision decision);

  /// The decisions a query selects, newest first.
  List<Entry> find(Query query);

  /// The decision with that number, or null if there is none (any more).
  @Nullable Entry get(long number);

  /// A kept decision.
  ///
  /// @param number from 1, ascending
  record Entry(long number, Decision decision) {}

  /// Which decisions.
  ///
  /// @param kind only of this kind; null for all
  /// @param namespace only of this namespace; null for all
  /// @param name only of this autoscaler or node group; null for all
  /// @param from inclusive
  /// @param to exclusive
  /// @param changesOnly only those for which [Decision#change] holds
  /// @param before only those with a smaller number, for paging; [Long#MAX_VALUE] for all
  /// @param limit 1 to 10,000
  record Query(
      @Nullable Kind kind,
      @Nullable String namespace,
      @Nullable String name,
      Instant from,
      Instant to,
      boolean changesOnly,
      long before,
      int limit) {

    public Query {
      if (limit < 1 || limit > 10_000) {
        throw new IllegalArgumentException("limit must be from 1 to 10000: " + limit);
      }
    }

    /// Whether `entry` is one of them, the limit aside.
    public boolean selects(Entry entry) {
      Decision decision = entry.decision();
      return entry.number() < before
          && (kind == null || kind == decision.kind())
          && (namespace == null || namespace.equals(decision.namespace()))
          && (name == null || name.equals(decision.name()))
          && !decision.time().isBefore(from)
          && decision.time().isBefore(to)
          && (!changesOnly || decision.change());
    }
  }
}
