package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.playground.sim.scenario.WorkloadSpec;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A pod on its node, as its kubelet knows it. Confined to the simulation's lock.
public final class PodRun {

  private final String namespace;
  private final String name;
  private final String uid;
  private final String node;
  private final String application;
  private final String qosClass;
  private final String restartPolicy;
  private final WorkloadSpec spec;
  private final List<ContainerRun> containers;
  private final Instant bound;
  private final Instant startsAt;
  private final double readySeconds;
  private String address = "";
  private @Nullable Instant stopsAt;
  private boolean ready;
  private boolean reported;

  PodRun(
      String namespace,
      String name,
      String uid,
      String node,
      String application,
      String qosClass,
      String restartPolicy,
      WorkloadSpec spec,
      List<ContainerRun> containers,
      Instant bound,
      double pullSeconds,
      double readySeconds) {
    this.namespace = namespace;
    this.name = name;
    this.uid = uid;
    this.node = node;
    this.application = application;
    this.qosClass = qosClass;
    this.restartPolicy = restartPolicy;
    this.spec = spec;
    this.containers = List.copyOf(containers);
    this.bound = bound;
    this.startsAt = bound.plusMillis((long) (pullSeconds * 1000));
    this.readySeconds = readySeconds;
  }

  /// Its namespace.
  public String namespace() {
    return namespace;
  }

  /// Its name.
  public String name() {
    return name;
  }

  /// Its uid.
  public String uid() {
    return uid;
  }

  /// The node that it is on.
  public String node() {
    return node;
  }

  /// The label `app.kubernetes.io/name` or `app`, else its name.
  public String application() {
    return application;
  }

  /// `Guaranteed`, `Burstable` or `BestEffort`.
  public String qosClass() {
    return qosClass;
  }

  /// Its containers, in the order of its spec.
  public List<ContainerRun> containers() {
    return containers;
  }

  /// Its address; empty until its containers start.
  public String address() {
    return address;
  }

  /// Whether it takes requests.
  public boolean isReady() {
    return ready;
  }

  /// Whether it has been told to stop.
  public boolean isStopping() {
    return stopsAt != null;
  }

  String restartPolicy() {
    return restartPolicy;
  }

  WorkloadSpec spec() {
    return spec;
  }

  Instant bound() {
    return bound;
  }

  Instant startsAt() {
    return startsAt;
  }

  /// When a container that runs will be ready.
  Instant readyAt(ContainerRun container) {
    return container.started().plusMillis((long) (readySeconds * 1000));
  }

  @Nullable Instant stopsAt() {
    return stopsAt;
  }

  void stopAt(Instant time) {
    stopsAt = time;
  }

  void address(String given) {
    address = given;
  }

  void ready(boolean now) {
    ready = now;
  }

  /// Whether its node has said that it knows the pod.
  boolean isReported() {
    return reported;
  }

  void reported() {
    reported = true;
  }

  /// The container that takes requests; null if none does.
  public @Nullable ContainerRun serving() {
    for (ContainerRun container : containers) {
      if (container.load() != null) {
        return container;
      }
    }
    return null;
  }
}
