package dev.mangru.server.packaging;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The rules of Kubernetes' Pod Security level "restricted" that a pod breaks, one line for each,
/// and three of our own: no token, a read-only root file system, and limits on memory.
///
/// Source: kubernetes.io, Pod Security Standards, of version 1.33.
final class PodSecurity {

  private static final Set<String> VOLUMES =
      Set.of(
          "configMap",
          "csi",
          "downwardAPI",
          "emptyDir",
          "ephemeral",
          "persistentVolumeClaim",
          "projected",
          "secret");

  private final List<String> broken = new ArrayList<>();

  private PodSecurity() {}

  static List<String> broken(Map<String, Object> pod) {
    PodSecurity rules = new PodSecurity();
    rules.pod(pod);
    return rules.broken;
  }

  private void pod(Map<String, Object> pod) {
    for (String namespace : List.of("hostNetwork", "hostPID", "hostIPC")) {
      rule(!Boolean.TRUE.equals(pod.get(namespace)), namespace);
    }
    rule(Boolean.FALSE.equals(pod.get("automountServiceAccountToken")), "token");
    for (Map<String, Object> volume : Chart.maps(pod, "volumes")) {
      String kind =
          volume.keySet().stream().filter(key -> !key.equals("name")).findFirst().orElse("");
      rule(VOLUMES.contains(kind), "volume " + volume.get("name") + " is a " + kind);
    }
    Map<String, Object> ofPod = context(pod);
    rule(!ofPod.containsKey("sysctls"), "sysctls");
    List<Map<String, Object>> containers = new ArrayList<>(Chart.maps(pod, "containers"));
    containers.addAll(Chart.maps(pod, "initContainers"));
    rule(!containers.isEmpty(), "no container");
    containers.forEach(container -> container(ofPod, container));
  }

  private void container(Map<String, Object> ofPod, Map<String, Object> container) {
    Map<String, Object> own = context(container);
    Object nonRoot = own.getOrDefault("runAsNonRoot", ofPod.get("runAsNonRoot"));
    Object user = own.getOrDefault("runAsUser", ofPod.get("runAsUser"));
    Object seccomp = own.getOrDefault("seccompProfile", ofPod.get("seccompProfile"));
    rule(Boolean.TRUE.equals(nonRoot), "runAsNonRoot");
    rule(!Objects.equals(user, 0), "runAsUser 0");
    rule(seccomp != null && "RuntimeDefault".equals(Chart.map(seccomp).get("type")), "seccomp");
    rule(!Boolean.TRUE.equals(own.get("privileged")), "privileged");
    rule(Boolean.FALSE.equals(own.get("allowPrivilegeEscalation")), "allowPrivilegeEscalation");
    rule(!own.containsKey("procMount"), "procMount");
    rule(Boolean.TRUE.equals(own.get("readOnlyRootFilesystem")), "readOnlyRootFilesystem");
    Map<String, Object> capabilities = section(own, "capabilities");
    rule(List.of("ALL").equals(capabilities.get("drop")), "capabilities are not dropped");
    rule(!capabilities.containsKey("add"), "capabilities added: " + capabilities.get("add"));
    for (Map<String, Object> port : Chart.maps(container, "ports")) {
      rule(!port.containsKey("hostPort"), "hostPort");
    }
    rule(
        section(section(container, "resources"), "limits").containsKey("memory"),
        "no limit on memory");
  }

  private static Map<String, Object> context(Map<String, Object> of) {
    return section(of, "securityContext");
  }

  private static Map<String, Object> section(Map<String, Object> of, String key) {
    return of.get(key) instanceof Map<?, ?> section ? Chart.map(section) : Map.of();
  }

  private void rule(boolean kept, String name) {
    if (!kept) {
      broken.add(name);
    }
  }
}
