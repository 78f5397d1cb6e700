/// What kube-controller-manager does: deployments make replica sets, those and stateful and daemon
/// sets make pods; endpoints, disruption budgets and namespaces follow. Each controller is one
/// class with one method, `run`, that looks at everything once and changes what is not as it should
/// be. Start with [dev.mangru.autoscaler.playground.sim.workload.WorkloadControllers].
@NullMarked
package dev.mangru.autoscaler.playground.sim.workload;

import org.jspecify.annotations.NullMarked;
