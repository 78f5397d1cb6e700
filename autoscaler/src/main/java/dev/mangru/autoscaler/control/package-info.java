/// One pass over all HorizontalPodAutoscalers as gather, decide, act, record. Start with
/// [HorizontalAutoscaler]; the decision itself is the pure [Decide]. The cluster, the metrics and
/// the journal are ports here ([ScalingCluster], [UsageSource], [HpaJournal]) that `kube`, `signal`
/// and `journal` implement.
@NullMarked
package dev.mangru.autoscaler.control;

import org.jspecify.annotations.NullMarked;
