package dev.mangru.autoscaler.node.shape;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A pod as a scheduler and a drainer see it. Immutable; [PodShapes] reads it from a Kubernetes
/// object.
///
/// @param uid empty when not known
/// @param owner the controlling owner; null for a bare pod
/// @param requests the effective request: the larger of what the containers with their sidecars and
///   what each init container needs, plus the overhead of the pod
public record PodShape(
    String namespace,
    String name,
    String uid,
    Map<String, String> labels,
    Map<String, String> annotations,
    @Nullable PodOwner owner,
    int priority,
    Resources requests,
    PodPlacement placement,
    List<PodVolume> volumes,
    PodLife life) {

  private static final String MIRROR = "kubernetes.io/config.mirror";

  /// Says of a pod of some other controller that it runs on every node, as a DaemonSet's does.
  private static final String LIKE_DAEMON_SET = "cluster-autoscaler.kubernetes.io/daemonset-pod";

  public PodShape {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    volumes = List.copyOf(volumes);
  }

  /// A pod with requests and nothing else.
  public static PodShape of(String namespace, String name, Resources requests) {
    return new PodShape(
        namespace,
        name,
        "",
        Map.of(),
        Map.of(),
        null,
        0,
        requests,
        PodPlacement.ANYWHERE,
        List.of(),
        PodLife.NEW);
  }

  /// `namespace/name`.
  public String key() {
    return namespace + "/" + name;
  }

  /// The node it is bound to; null while it waits for one.
  public @Nullable String nodeName() {
    return life.nodeName();
  }

  /// Whether a DaemonSet runs it, or a controller that says it is like one.
  public boolean ofDaemonSet() {
    return (owner != null && owner.kind().equals("DaemonSet"))
        || "true".equals(annotations.get(LIKE_DAEMON_SET));
  }

  /// Whether it mirrors a static pod of its node, which only the node itself can stop.
  public boolean isMirror() {
    return annotations.containsKey(MIRROR);
  }

  /// Whether it has ended, well or badly: it takes no room any more.
  public boolean hasEnded() {
    return life.phase().equals("Succeeded") || life.phase().equals("Failed");
  }

  /// Whether somebody deletes it.
  public boolean isTerminating() {
    return life.deletionTimestamp() != null;
  }

  /// This pod bound to a node, or to none.
  public PodShape on(@Nullable String node) {
    return withLife(
        new PodLife(
            node,
            life.phase(),
            life.restartPolicy(),
            life.created(),
            life.deletionTimestamp(),
            life.gracePeriodSeconds(),
            life.conditions()));
  }

  /// This pod under another name.
  public PodShape named(String newName) {
    return new PodShape(
        namespace,
        newName,
        "",
        labels,
        annotations,
        owner,
        priority,
        requests,
        placement,
        volumes,
        life);
  }

  /// This pod at another point of its life.
  public PodShape withLife(PodLife newLife) {
    return new PodShape(
        namespace,
        name,
        uid,
        labels,
        annotations,
        owner,
        priority,
        requests,
        placement,
        volumes,
        newLife);
  }

  /// This pod with other labels.
  public PodShape withLabels(Map<String, String> newLabels) {
    return new PodShape(
        namespace,
        name,
        uid,
        newLabels,
        annotations,
        owner,
        priority,
        requests,
        placement,
        volumes,
        life);
  }

  /// This pod with other annotations.
  public PodShape withAnnotations(Map<String, String> newAnnotations) {
    return new PodShape(
        namespace,
        name,
        uid,
        labels,
        newAnnotations,
        owner,
        priority,
        requests,
        placement,
        volumes,
        life);
  }

  /// This pod with another controller, or none.
  public PodShape ownedBy(@Nullable PodOwner newOwner) {
    return new PodShape(
        namespace,
        name,
        uid,
        labels,
        annotations,
        newOwner,
        priority,
        requests,
        placement,
        volumes,
        life);
  }

  /// This pod with another priority.
  public PodShape withPriority(int newPriority) {
    return new PodShape(
        namespace,
        name,
        uid,
        labels,
        annotations,
        owner,
        newPriority,
        requests,
        placement,
        volumes,
        life);
  }

  /// This pod with another placement.
  public PodShape placed(PodPlacement newPlacement) {
    return new PodShape(
        namespace,
        name,
        uid,
        labels,
        annotations,
        owner,
        priority,
        requests,
        newPlacement,
        volumes,
        life);
  }

  /// This pod with other volumes.
  public PodShape withVolumes(List<PodVolume> newVolumes) {
    return new PodShape(
        namespace,
        name,
        uid,
        labels,
        annotations,
        owner,
        priority,
        requests,
        placement,
        newVolumes,
        life);
  }
}
