/// Kubernetes, through fabric8. Everything that may change a cluster is here. Start with
/// [KubeClients] for a client, [KubeScalingCluster] for horizontal autoscaling, [LeaseLock] for
/// being the only one.
@NullMarked
package dev.mangru.autoscaler.kube;

import org.jspecify.annotations.NullMarked;
