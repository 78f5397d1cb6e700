package dev.mangru.autoscaler.playground.schema;

import dev.mangru.autoscaler.playground.schema.Schema.ListKind;
import dev.mangru.autoscaler.playground.schema.Schema.PatchRule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the Kubernetes API reference says of lists and objects beyond their types: list types with
/// keys, patch strategies with merge keys, atomic objects. Lists that are not named here are atomic
/// and replaced.
final class MergeTable {

  /// @param kind of the list
  /// @param keys of a MAP list
  record Entry(ListKind kind, List<String> keys, PatchRule patch) {}

  /// Objects whose fields have one writer: `x-kubernetes-map-type: atomic`.
  private static final Set<String> ATOMIC_TYPES =
      Set.of(
          "ConfigMapKeySelector",
          "FieldsV1",
          "FileKeySelector",
          "LabelSelector",
          "LocalObjectReference",
          "NodeSelector",
          "NodeSelectorTerm",
          "ObjectFieldSelector",
          "ObjectReference",
          "OwnerReference",
          "ResourceFieldSelector",
          "ScopeSelector",
          "ScopedResourceSelectorRequirement",
          "SecretKeySelector",
          "SecretReference",
          "TypedLocalObjectReference",
          "TypedObjectReference");

  /// Maps with one writer.
  private static final Set<String> ATOMIC_MAPS =
      Set.of("PodSpec.nodeSelector", "ServiceSpec.selector", "ReplicationControllerSpec.selector");

  /// Field, list type with keys, patch strategies with merge key; `-` where nothing is said.
  private static final String TABLE =
      """
      ObjectMeta.finalizers set merge
      ObjectMeta.ownerReferences map(uid) merge(uid)
      PodSpec.containers map(name) merge(name)
      PodSpec.initContainers map(name) merge(name)
      PodSpec.ephemeralContainers map(name) merge(name)
      PodSpec.volumes map(name) merge,retainKeys(name)
      PodSpec.imagePullSecrets map(name) merge(name)
      PodSpec.hostAliases map(ip) merge(ip)
      PodSpec.topologySpreadConstraints map(topologyKey,whenUnsatisfiable) merge(topologyKey)
      PodSpec.schedulingGates map(name) merge(name)
      PodSpec.resourceClaims map(name) merge,retainKeys(name)
      Container.ports map(containerPort,protocol) merge(containerPort)
      Container.env map(name) merge(name)
      Container.volumeMounts map(mountPath) merge(mountPath)
      Container.volumeDevices map(devicePath) merge(devicePath)
      EphemeralContainer.ports map(containerPort,protocol) merge(containerPort)
      EphemeralContainer.env map(name) merge(name)
      EphemeralContainer.volumeMounts map(mountPath) merge(mountPath)
      EphemeralContainer.volumeDevices map(devicePath) merge(devicePath)
      ResourceRequirements.claims map(name) -
      PodStatus.conditions map(type) merge(type)
      PodStatus.podIPs map(ip) merge(ip)
      PodStatus.hostIPs atomic merge(ip)
      PodStatus.resourceClaimStatuses map(name) merge,retainKeys(name)
      ContainerStatus.volumeMounts map(mountPath) merge(mountPath)
      NodeSpec.podCIDRs set merge
      NodeStatus.addresses map(type) merge(type)
      NodeStatus.conditions map(type) merge(type)
      NamespaceStatus.conditions map(type) merge(type)
      ServiceSpec.ports map(port,protocol) merge(port)
      ServiceStatus.conditions map(type) merge(type)
      ServiceAccount.secrets map(name) merge(name)
      PersistentVolumeClaimStatus.conditions map(type) merge(type)
      DeploymentSpec.strategy - retainKeys
      DeploymentStatus.conditions map(type) merge(type)
      ReplicaSetStatus.conditions map(type) merge(type)
      DaemonSetStatus.conditions map(type) merge(type)
      StatefulSetStatus.conditions map(type) merge(type)
      HorizontalPodAutoscalerStatus.conditions map(type) merge(type)
      PodDisruptionBudgetSpec.selector - replace
      PodDisruptionBudgetStatus.conditions map(type) merge(type)
      CustomResourceDefinitionStatus.conditions map(type) -
      JSONSchemaProps.x-kubernetes-validations map(rule) merge(rule)
      Endpoint.addresses set -
      """;

  private static final Map<String, Entry> ENTRIES = read();

  private MergeTable() {}

  /// What is said of a field, or null.
  static @Nullable Entry entry(String type, String field) {
    return ENTRIES.get(type + "." + field);
  }

  /// The entries, each as `Type.field`.
  static Set<String> names() {
    return ENTRIES.keySet();
  }

  static boolean isAtomicType(String type) {
    return ATOMIC_TYPES.contains(type);
  }

  static boolean isAtomicMap(String type, String field) {
    return ATOMIC_MAPS.contains(type + "." + field);
  }

  private static Map<String, Entry> read() {
    Map<String, Entry> entries = new HashMap<>();
    TABLE
        .lines()
        .forEach(line -> {
          List<String> words = List.of(line.split(" ", -1));
          String list = words.get(1);
          ListKind kind =
              list.startsWith("map")
                  ? ListKind.MAP
                  : list.equals("set") ? ListKind.SET : ListKind.ATOMIC;
          String patch = words.get(2);
          List<String> mergeKey = inParentheses(patch);
          int open = patch.indexOf('(');
          String strategies = open < 0 ? patch : patch.substring(0, open);
          PatchRule rule =
              patch.equals("-")
                  ? PatchRule.NONE
                  : new PatchRule(
                      List.of(strategies.split(",", -1)),
                      mergeKey.isEmpty() ? "" : mergeKey.getFirst());
          entries.put(words.get(0), new Entry(kind, inParentheses(list), rule));
        });
    return entries;
  }

  private static List<String> inParentheses(String text) {
    int open = text.indexOf('(');
    return open < 0
        ? List.of()
        : List.of(text.substring(open + 1, text.length() - 1).split(",", -1));
  }
}
