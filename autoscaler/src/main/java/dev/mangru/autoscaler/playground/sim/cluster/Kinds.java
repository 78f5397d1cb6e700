package dev.mangru.autoscaler.playground.sim.cluster;

/// Resources as the store names them: `group/plural`, or `plural` of the core group.
public final class Kinds {

  /// `v1/Namespace`.
  public static final String NAMESPACES = "namespaces";

  /// `v1/Node`.
  public static final String NODES = "nodes";

  /// `v1/Pod`.
  public static final String PODS = "pods";

  /// `v1/Service`.
  public static final String SERVICES = "services";

  /// `v1/Endpoints`.
  public static final String ENDPOINTS = "endpoints";

  /// `v1/Event`.
  public static final String EVENTS = "events";

  /// `v1/ConfigMap`.
  public static final String CONFIG_MAPS = "configmaps";

  /// `v1/ServiceAccount`.
  public static final String SERVICE_ACCOUNTS = "serviceaccounts";

  /// `discovery.k8s.io/v1/EndpointSlice`.
  public static final String ENDPOINT_SLICES = "discovery.k8s.io/endpointslices";

  /// `apps/v1/Deployment`.
  public static final String DEPLOYMENTS = "apps/deployments";

  /// `apps/v1/ReplicaSet`.
  public static final String REPLICA_SETS = "apps/replicasets";

  /// `apps/v1/StatefulSet`.
  public static final String STATEFUL_SETS = "apps/statefulsets";

  /// `apps/v1/DaemonSet`.
  public static final String DAEMON_SETS = "apps/daemonsets";

  /// `policy/v1/PodDisruptionBudget`.
  public static final String BUDGETS = "policy/poddisruptionbudgets";

  /// `coordination.k8s.io/v1/Lease`.
  public static final String LEASES = "coordination.k8s.io/leases";

  private Kinds() {}
}
