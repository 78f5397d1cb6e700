/// How many replicas a workload should have. So far the pure heart only: the arithmetic of
/// `autoscaling/v2` in `horizontal`, held to Kubernetes' own cases by `conformance`. Nothing here
/// reads a cluster or writes to one.
@NullMarked
package dev.mangru.autoscaler;

import org.jspecify.annotations.NullMarked;
