package dev.mangru.autoscaler.playground.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// How long an object that is being deleted lives on (registry `pod/strategy.go`
/// `CheckGracefulDelete`).
final class Grace {

  private static final long DEFAULT_POD_SECONDS = 30;

  private Grace() {}

  /// Seconds of grace for the object; 0 for everything but pods on a node.
  static long of(ObjectKey key, ObjectNode object, @Nullable Long asked) {
    if (!key.resource().equals("pods")) {
      return 0;
    }
    String phase = object.path("status").path("phase").asString("");
    boolean started =
        !object.path("spec").path("nodeName").asString("").isEmpty()
            && !phase.equals("Succeeded")
            && !phase.equals("Failed");
    if (!started) {
      return 0;
    }
    long own =
        object.path("spec").path("terminationGracePeriodSeconds").asLong(DEFAULT_POD_SECONDS);
    long wanted = Math.max(0, asked == null ? own : asked);
    boolean already = ObjectMeta.deleting(object);
    long before = object.path("metadata").path("deletionGracePeriodSeconds").asLong(0);
    // A second deletion may shorten the grace, never lengthen it.
    return already ? Math.min(wanted, before) : wanted;
  }

  /// Writes the deletion into the metadata.
  static void mark(ObjectNode object, long graceSeconds, Instant now) {
    ObjectNode meta = ObjectMeta.of(object);
    boolean already = ObjectMeta.deleting(object);
    long before = meta.path("deletionGracePeriodSeconds").asLong(0);
    if (already && before == graceSeconds) {
      return;
    }
    meta.put("deletionTimestamp", ObjectMeta.timestamp(now.plusSeconds(graceSeconds)));
    meta.put("deletionGracePeriodSeconds", graceSeconds);
    if (!already) {
      ObjectMeta.nextGeneration(object);
    }
  }

  /// Whether it is a namespace that its controller has not emptied yet.
  static boolean isNamespaceInUse(ObjectKey key, ObjectNode object) {
    return key.resource().equals("namespaces") && !object.path("spec").path("finalizers").isEmpty();
  }
}
