/// Scales workloads and nodes of a Kubernetes cluster from Mangru's own metrics, and explains each
/// decision. For workloads start with `control.HorizontalAutoscaler`: its passes gather through
/// `kube` and `signal`, decide by the arithmetic of `horizontal`, act through `kube` and record in
/// `journal`. For nodes start with `node.NodeAutoscaler`. `playground` is a cluster of our own,
/// with a real Kubernetes API, for machines that have none and for tests; `conformance` holds all
/// of it to Kubernetes' own cases. A cluster is changed only by whoever holds the lease
/// (`kube.LeaseLock`).
@NullMarked
package dev.mangru.autoscaler;

import org.jspecify.annotations.NullMarked;
