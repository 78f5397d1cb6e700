package dev.mangru.server.wire.kube;

import dev.mangru.model.cluster.ClusterState;
import dev.mangru.model.cluster.ClusterView;
import java.time.InstantSource;

/// What is seen where there is no cluster.
record NoCluster(String why, InstantSource clock) implements ClusterView {

  @Override
  public ClusterState state() {
    return ClusterState.none(clock.instant(), why);
  }
}
