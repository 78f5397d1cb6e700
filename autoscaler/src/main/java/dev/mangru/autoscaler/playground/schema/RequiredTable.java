package dev.mangru.autoscaler.playground.schema;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The fields that the Kubernetes API reference marks as required, by type.
final class RequiredTable {

  private static final String TABLE =
      """
      Binding target
      Condition type status lastTransitionTime reason message
      Container name
      ContainerPort containerPort
      ContainerResourceMetricSource name target container
      ContainerResourceMetricStatus name current container
      ContainerStatus name ready restartCount image imageID
      ControllerRevision revision
      CrossVersionObjectReference kind name
      CustomResourceColumnDefinition name type jsonPath
      CustomResourceConversion strategy
      CustomResourceDefinition spec
      CustomResourceDefinitionCondition type status
      CustomResourceDefinitionNames plural kind
      CustomResourceDefinitionSpec group names scope versions
      CustomResourceDefinitionVersion name served storage
      CustomResourceSubresourceScale specReplicasPath statusReplicasPath
      DaemonEndpoint Port
      DaemonSetCondition type status
      DaemonSetSpec selector template
      DaemonSetStatus currentNumberScheduled numberMisscheduled desiredNumberScheduled numberReady
      DeploymentCondition type status
      DeploymentSpec selector template
      Endpoint addresses
      EndpointAddress ip
      EndpointPort port
      EndpointSlice addressType endpoints
      EnvVar name
      EphemeralContainer name
      ExternalMetricSource metric target
      ExternalMetricStatus metric current
      FileKeySelector volumeName path key
      ForZone name
      GRPCAction port
      HPAScalingPolicy type value periodSeconds
      HTTPGetAction port
      HTTPHeader name value
      HorizontalPodAutoscalerCondition type status
      HorizontalPodAutoscalerSpec scaleTargetRef maxReplicas
      HostAlias ip
      HostPathVolumeSource path
      KeyToPath key path
      LabelSelectorRequirement key operator
      MetricIdentifier name
      MetricSpec type
      MetricStatus type
      MetricTarget type
      NamespaceCondition type status
      NodeAddress type address
      NodeCondition type status
      NodeSelector nodeSelectorTerms
      NodeSelectorRequirement key operator
      NodeSystemInfo machineID systemUUID bootID kernelVersion osImage containerRuntimeVersion \
      kubeletVersion kubeProxyVersion operatingSystem architecture
      ObjectFieldSelector fieldPath
      ObjectMetricSource describedObject target metric
      ObjectMetricStatus metric current describedObject
      OwnerReference apiVersion kind name uid
      PodAffinityTerm topologyKey
      PodCondition type status
      PodDisruptionBudgetStatus disruptionsAllowed currentHealthy desiredHealthy expectedPods
      PodOS name
      PodReadinessGate conditionType
      PodSchedulingGate name
      PodSpec containers
      PodsMetricSource metric target
      PodsMetricStatus metric current
      PreferredSchedulingTerm weight preference
      ReplicaSetSpec selector
      ReplicaSetCondition type status
      ReplicaSetStatus replicas
      ResourceClaim name
      ResourceFieldSelector resource
      ResourceMetricSource name target
      ResourceMetricStatus name current
      ConfigMapKeySelector key
      SecretKeySelector key
      ServicePort port
      StatefulSetCondition type status
      StatefulSetSpec selector template
      StatefulSetStatus replicas
      TCPSocketAction port
      Taint key effect
      TopologySpreadConstraint maxSkew topologyKey whenUnsatisfiable
      ValidationRule rule
      Volume name
      VolumeDevice name devicePath
      VolumeMount name mountPath
      WeightedPodAffinityTerm weight podAffinityTerm
      """;

  private static final Map<String, Set<String>> ENTRIES = read();

  private RequiredTable() {}

  static boolean isRequired(String type, String field) {
    Set<String> required = ENTRIES.get(type);
    return required != null && required.contains(field);
  }

  /// The entries, each as `Type.field`.
  static Set<String> names() {
    Set<String> names = new HashSet<>();
    ENTRIES.forEach((type, fields) -> fields.forEach(field -> names.add(type + "." + field)));
    return names;
  }

  private static Map<String, Set<String>> read() {
    Map<String, Set<String>> entries = new HashMap<>();
    TABLE
        .lines()
        .forEach(line -> {
          String[] words = line.split(" ", -1);
          Set<String> fields = new HashSet<>(List.of(words));
          fields.remove(words[0]);
          entries.put(words[0], fields);
        });
    return entries;
  }
}
