package dev.mangru.autoscaler.node.plan;

/// Why a node stays; the texts are the cluster-autoscaler's.
public enum Unremovable {
  /// It is on its way out already.
  CURRENTLY_BEING_DELETED("CurrentlyBeingDeleted"),
  /// Its annotation says that it must stay.
  SCALE_DOWN_DISABLED_ANNOTATION("ScaleDownDisabledAnnotation"),
  /// It belongs to no node group.
  NOT_AUTOSCALED("NotAutoscaled"),
  /// Its use cannot be computed.
  UNEXPECTED_ERROR("UnexpectedError"),
  /// It is not ready, and such nodes are left alone.
  SCALE_DOWN_UNREADY_DISABLED("ScaleDownUnreadyDisabled"),
  /// Its pods ask for too much of it.
  NOT_UNDERUTILIZED("NotUnderutilized"),
  /// It was found unremovable a short while ago.
  RECENTLY_UNREMOVABLE("RecentlyUnremovable"),
  /// One of its pods keeps it.
  BLOCKED_BY_POD("BlockedByPod"),
  /// Its pods would fit nowhere else.
  NO_PLACE_TO_MOVE_PODS("NoPlaceToMovePods"),
  /// It was not looked at for want of time or because others come first.
  NOT_CONSIDERED("NotConsidered"),
  /// It is not unneeded for long enough.
  NOT_UNNEEDED_LONG_ENOUGH("NotUnneededLongEnough"),
  /// It is not ready, but not for long enough.
  NOT_UNREADY_LONG_ENOUGH("NotUnreadyLongEnough"),
  /// Its group has its smallest size.
  NODE_GROUP_MIN_SIZE_REACHED("NodeGroupMinSizeReached"),
  /// The cluster has its smallest number of cores or memory.
  MINIMAL_RESOURCE_LIMIT_EXCEEDED("MinimalResourceLimitExceeded"),
  /// Its group goes only as a whole.
  ATOMIC_SCALE_DOWN_FAILED("AtomicScaleDownFailed"),
  /// Enough nodes are on their way out.
  SCALE_DOWN_PARALLELISM_REACHED("ScaleDownParallelismReached"),
  /// Nodes were added, or a removal failed, a short while ago.
  IN_COOLDOWN("InCooldown");

  private final String text;

  Unremovable(String text) {
    this.text = text;
  }

  /// The word for people and records.
  public String text() {
    return text;
  }
}
