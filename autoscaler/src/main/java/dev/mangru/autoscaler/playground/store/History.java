package dev.mangru.autoscaler.playground.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The last changes, in a ring that is bounded by their number and by their memory. Every revision
/// is one change, so a revision is an index. Guarded by the store's lock.
final class History {

  /// What a JSON node takes: an object's map with its table, an entry of it, a value. Estimated for
  /// a 64-bit VM with compressed references; names of fields are shared.
  private static final int OBJECT_BYTES = 120;

  private static final int ENTRY_BYTES = 56;
  private static final int VALUE_BYTES = 72;

  private final @Nullable Change[] ring;

  /// What each change of the ring takes.
  private final long[] weights;

  private final long mostBytes;
  private long bytes;

  /// Revision of the oldest change in the ring, if it holds any.
  private long first;

  /// Revision of the next change.
  private long next;

  /// Changes up to here are unknown for resources that [#forgotten] does not name.
  private long floor;

  /// Per resource the newest change that has left the ring: only whoever asks for changes before
  /// that has missed any. A quiet resource does not expire because pods are busy.
  private final Map<String, Long> forgotten = new HashMap<>();

  History(int capacity, long mostBytes, long revision) {
    ring = new @Nullable Change[capacity];
    weights = new long[capacity];
    this.mostBytes = mostBytes;
    startAt(revision);
  }

  /// Forgets everything; `revision` is the newest that cannot be told apart any more.
  void startAt(long revision) {
    java.util.Arrays.fill(ring, null);
    forgotten.clear();
    bytes = 0;
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
      forgetOldest();
    }
    int slot = (int) (next % ring.length);
    ring[slot] = change;
    // The state before is the object of an earlier change, and counted there.
    weights[slot] = weight(change.object());
    bytes += weights[slot];
    next++;
    while (bytes > mostBytes && next - first > 1) {
      forgetOldest();
    }
  }

  private void forgetOldest() {
    Change oldest = at(first);
    int slot = (int) (first % ring.length);
    ring[slot] = null;
    bytes -= weights[slot];
    first++;
    forgotten.put(oldest.key().resource(), oldest.revision());
  }

  private static long weight(JsonNode node) {
    long sum = OBJECT_BYTES;
    for (JsonNode child : node) {
      sum += ENTRY_BYTES;
      if (child.isContainer()) {
        sum += weight(child);
      } else {
        sum += VALUE_BYTES + (child.isString() ? child.stringValue().length() : 0);
      }
    }
    return sum;
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
