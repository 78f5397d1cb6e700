package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.shape.PodCondition;
import dev.mangru.autoscaler.node.shape.PodLife;
import dev.mangru.autoscaler.node.shape.PodShape;
import java.util.List;

/// Pods as their controllers will make them anew. Pure.
final class Waiting {

  private static final PodCondition UNSCHEDULABLE =
      new PodCondition("PodScheduled", "False", "Unschedulable", "", null);

  private Waiting() {}

  /// The pod as if it had just been made and found no node.
  static PodShape made(PodShape pod) {
    PodLife life =
        new PodLife(
            null,
            "Pending",
            pod.life().restartPolicy(),
            pod.life().created(),
            null,
            pod.life().gracePeriodSeconds(),
            List.of(UNSCHEDULABLE));
    return pod.withLife(life);
  }
}
