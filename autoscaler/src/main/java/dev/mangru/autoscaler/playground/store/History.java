package dev.mangru.autoscaler.playground.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The last changes, in a ring. Every revision is one change, so a revision is an index. Guarded by
/// the store's lock.
final class History {

  private final @Nullable Change[] ring;

  /// Revision of the oldest change in the ring, if it holds any.
  private long first;

  /// Revision of the next change.
  private long next;

  /// Changes up to here are unknown for resources that [#forgotten] does not name.
  private long floor;

  /// Per resource the newest change that has left the ring: only whoever asks for changes before
  /// that has missed any. A quiet resource does not expire because pods are busy.
  private final Map<String, Long> forgotten = new HashMap<>();

  History(int capacity, long revision) {
    ring = new @Nullable Change[capacity];
    startAt(revision);
  }

  /// Forgets everything; `revision` is the newest that cannot be told apart any more.
  void startAt(long revision) {
    java.util.Arrays.fill(ring, null);
    forgotten.clear();
    floor = revision;
    first = revision + 1;
    next = revision + 1;
  }

  void add(Change change) {
    if (change.revision() != next) {
      throw new IllegalStateException(
          "expected revision " + next + ", found " + change.revision() + " of " + change.key());
    }
    if (next - first == ring.length) {
      Change oldest = at(first++);
      forgotten.put(oldest.key().resource(), oldest.revision());
    }
    ring[(int) (next % ring.length)] = change;
    next++;
  }

  private Change at(long revision) {
    Change change = ring[(int) (revision % ring.length)];
    if (change == null) {
      throw new IllegalStateException("revision " + revision + " is not in the ring");
    }
    return change;
  }

  /// Changes of `resource` (any, if null) after `after` and up to `upTo`, at most `limit`.
  ///
  /// @throws KubeApiException 410 if some of them are forgotten
  List<Change> between(@Nullable String resource, long after, long upTo, int limit) {
    requireKnown(resource, after);
    List<Change> found = new ArrayList<>();
    for (long revision = Math.max(after + 1, first);
        revision <= upTo && revision < next && found.size() < limit;
        revision++) {
      Change change = at(revision);
      if (resource == null || change.key().resource().equals(resource)) {
        found.add(change);
      }
    }
    return found;
  }

  /// Turns `objects`, the present ones of `resource`, into those at `revision`.
  ///
  /// @throws KubeApiException 410 if that is forgotten
  void rewind(NavigableMap<ObjectKey, ObjectNode> objects, String resource, long revision) {
    requireKnown(resource, revision);
    for (long undone = next - 1; undone > revision && undone >= first; undone--) {
      Change change = at(undone);
      if (!change.key().resource().equals(resource)) {
        continue;
      }
      if (change.before() == null) {
        objects.remove(change.key());
      } else {
        objects.put(change.key(), change.before());
      }
    }
  }

  private void requireKnown(@Nullable String resource, long after) {
    long oldest = resource == null ? first - 1 : forgotten.getOrDefault(resource, floor);
    if (after < oldest) {
      throw KubeApiException.expired(
          "too old resource version: " + after + " (" + Math.max(oldest, floor) + ")");
    }
  }
}
