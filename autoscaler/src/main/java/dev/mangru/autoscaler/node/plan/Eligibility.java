package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.Taint;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Whether a node may be considered for removal at all. Pure.
public final class Eligibility {

  /// The taint of a node that is being removed; its value is the time in seconds of the epoch.
  public static final String TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler";

  /// The taint of a node that may be removed soon.
  public static final String DELETION_CANDIDATE = "DeletionCandidateOfClusterAutoscaler";

  /// The annotation of a node that must stay.
  public static final String SCALE_DOWN_DISABLED =
      "cluster-autoscaler.kubernetes.io/scale-down-disabled";

  /// A removal that has not come to an end by then has failed; the cluster-autoscaler's.
  private static final Duration MAX_DELETION_TIME = Duration.ofMinutes(5);

  private Eligibility() {}

  /// What is asked of a node.
  ///
  /// @param utilizationThreshold a node whose share is over it stays
  /// @param scaleDownUnready whether nodes that are not ready may go
  /// @param utilization what counts as use
  public record Rules(
      double utilizationThreshold, boolean scaleDownUnready, Utilization.Rules utilization) {}

  /// What came out for a node.
  public sealed interface Result {

    /// It may be considered.
    record Candidate(Utilization utilization) implements Result {}

    /// It stays.
    ///
    /// @param utilization empty when the reason was found before computing it, or it cannot be
    record Stays(Unremovable reason, Optional<Utilization> utilization) implements Result {}
  }

  /// Looks at one node.
  ///
  /// @param inGroup whether it belongs to a node group
  public static Result check(NodeRoom room, boolean inGroup, Rules rules, Instant now) {
    NodeShape node = room.node();
    if (isBeingDeleted(node, now)) {
      return stays(Unremovable.CURRENTLY_BEING_DELETED);
    }
    if ("true".equals(node.annotations().get(SCALE_DOWN_DISABLED))) {
      return stays(Unremovable.SCALE_DOWN_DISABLED_ANNOTATION);
    }
    if (!inGroup) {
      return stays(Unremovable.NOT_AUTOSCALED);
    }
    Optional<Utilization> utilization = Utilization.of(node, room.pods(), rules.utilization(), now);
    if (utilization.isEmpty()) {
      return stays(Unremovable.UNEXPECTED_ERROR);
    }
    if (!node.ready() && !rules.scaleDownUnready()) {
      return new Result.Stays(Unremovable.SCALE_DOWN_UNREADY_DISABLED, utilization);
    }
    if (utilization.get().share() > rules.utilizationThreshold()) {
      return new Result.Stays(Unremovable.NOT_UNDERUTILIZED, utilization);
    }
    return new Result.Candidate(utilization.get());
  }

  /// Whether the node is on its way out: marked lately, or its object being deleted.
  public static boolean isBeingDeleted(NodeShape node, Instant now) {
    Taint taint = node.taint(TO_BE_DELETED);
    return node.deleting()
        || (taint != null && since(taint, now).plus(MAX_DELETION_TIME).isAfter(now));
  }

  /// The time that a taint of ours carries; `now` when it carries none.
  public static Instant since(Taint taint, Instant now) {
    try {
      Instant since = Instant.ofEpochSecond(Long.parseLong(taint.value()));
      return since.isAfter(now) ? now : since;
    } catch (NumberFormatException | DateTimeException _) {
      return now; // somebody else's taint: as if set this moment
    }
  }

  private static Result stays(Unremovable reason) {
    return new Result.Stays(reason, Optional.empty());
  }
}
