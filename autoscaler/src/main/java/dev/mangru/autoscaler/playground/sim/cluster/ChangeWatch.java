package dev.mangru.autoscaler.playground.sim.cluster;

import dev.mangru.autoscaler.playground.store.Change;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import java.util.List;
import java.util.Set;

/// Tells a controller whether there is anything new for it to look at. Not thread-safe.
public final class ChangeWatch {

  /// More changes than this between two looks are something new without being read.
  private static final int MOST = 1_000;

  private static final int EXPIRED = 410;

  private final ObjectStore store;
  private final Set<String> ignored;
  private long seen;

  /// A watch that begins with everything being new.
  ///
  /// @param ignored resources whose changes do not matter
  public ChangeWatch(ObjectStore store, Set<String> ignored) {
    this.store = store;
    this.ignored = Set.copyOf(ignored);
  }

  /// Whether anything that matters has changed since the last call. Changes that are not on stable
  /// storage yet cannot be told apart and count.
  public boolean changed() {
    long revision = store.revision();
    if (revision == seen) {
      return false;
    }
    boolean matters = revision - seen > MOST;
    try {
      for (Change change : matters ? List.<Change>of() : store.changesSince(null, seen, MOST)) {
        seen = Math.max(seen, change.revision());
        matters |= !ignored.contains(change.key().resource());
      }
    } catch (KubeApiException refused) {
      if (refused.code() != EXPIRED) {
        throw refused;
      }
      matters = true;
    }
    matters |= seen < revision;
    seen = Math.max(seen, revision);
    return matters;
  }
}
