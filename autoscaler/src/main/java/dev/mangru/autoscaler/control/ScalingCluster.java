package dev.mangru.autoscaler.control;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cluster as horizontal autoscaling sees and changes it. Thread-safe.
///
/// Where the cluster gives no answer at all (gone, not reachable, too slow) methods throw
/// [dev.mangru.model.error.MangruException] `UNAVAILABLE`, and nothing is known of what became of a
/// write. An answer, even a refusal, is a result.
public interface ScalingCluster {

  /// The name under which our writes appear in the API server's books.
  String FIELD_MANAGER = "mangru-autoscaler";

  /// Why what is known of the cluster cannot be trusted now; null while it can.
  @Nullable String problem(Instant now);

  /// Every autoscaler, by namespace and name. From memory.
  List<Hpa> hpas();

  /// Every pod of a namespace. From memory.
  List<PodFacts> pods(String namespace);

  /// Reads a target's scale, from the cluster itself.
  ScaleReading readScale(String namespace, TargetRef target);

  /// Asks for `replicas`, provided that the target still is as it was read.
  WriteResult writeScale(String namespace, TargetRef target, Scale read, int replicas);

  /// Replaces an autoscaler's status, provided that it still is as it was read.
  WriteResult writeStatus(Hpa hpa, HpaStatus status);

  /// Tells an event. Never throws: events are for people, and losing one harms nothing.
  void tell(Hpa hpa, HpaEvent event, Instant now);

  /// What came of a write.
  sealed interface WriteResult {

    /// For a record, in words.
    String answer();

    /// It is done.
    record Written(String resourceVersion) implements WriteResult {
      @Override
      public String answer() {
        return "done, resourceVersion " + resourceVersion;
      }
    }

    /// Someone changed the object since it was read; nothing was written.
    record Conflict(String answer) implements WriteResult {}

    /// The cluster does not want it.
    record Refused(String answer) implements WriteResult {}
  }
}
