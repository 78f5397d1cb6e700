package dev.mangru.autoscaler.node.plan;

/// Why a pod keeps its node from being drained; the texts are the cluster-autoscaler's.
public enum BlockReason {
  /// The controller that would make it anew is not there.
  CONTROLLER_NOT_FOUND("ControllerNotFound"),
  /// Its controller has fewer replicas than may be disturbed.
  MIN_REPLICAS_REACHED("MinReplicasReached"),
  /// Nobody would make it anew.
  NOT_REPLICATED("NotReplicated"),
  /// Its data lies on the node.
  LOCAL_STORAGE_REQUESTED("LocalStorageRequested"),
  /// Its annotation says that it must not be evicted.
  NOT_SAFE_TO_EVICT_ANNOTATION("NotSafeToEvictAnnotation"),
  /// It belongs to the system and no disruption budget says how many may be missing.
  UNMOVABLE_KUBE_SYSTEM_POD("UnmovableKubeSystemPod"),
  /// A disruption budget allows no further disruption.
  NOT_ENOUGH_PDB("NotEnoughPdb"),
  /// It runs to its end and asks to be waited for.
  WAITS_FOR_COMPLETION("WaitsForCompletion"),
  /// Anything else.
  UNEXPECTED_ERROR("UnexpectedError");

  private final String text;

  BlockReason(String text) {
    this.text = text;
  }

  /// The word for people and records.
  public String text() {
    return text;
  }
}
