package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.scenario.NodeGroupSpec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/// Node objects as kubelets of the playground register them.
public final class NodeObjects {

  /// The label that says which node group a node is of.
  public static final String GROUP = "mangru.io/node-group";

  /// The label of every node of the playground.
  public static final String PLAYGROUND = "mangru.io/playground";

  static final String NOT_READY = "node.kubernetes.io/not-ready";

  /// What the system keeps for itself; as kubelets of small nodes are commonly set up.
  private static final long RESERVED_CPU_MILLI = 100;

  private static final long RESERVED_MEMORY_KIB = 512 << 10;
  private static final String DISK = "102350Mi";
  private static final String DISK_ALLOCATABLE = "95551679124";
  private static final String VERSION = "v1.34.2";
  private static final int ZONES = 3;
  private static final int BYTE = 256;
  private static final int HOSTS = 250;
  private static final int KUBELET_PORT = 10250;

  private NodeObjects() {}

  /// A node that has just registered: not ready yet.
  ///
  /// @param number of the machine, for its addresses
  static ObjectNode node(
      NodeGroupSpec spec, String name, String providerId, int number, Instant now) {
    ObjectNode node = Fields.newObject("v1", "Node", "", name);
    TreeMap<String, String> labels = new TreeMap<>(spec.labels());
    labels.put("beta.kubernetes.io/arch", "amd64");
    labels.put("beta.kubernetes.io/os", "linux");
    labels.put("kubernetes.io/arch", "amd64");
    labels.put("kubernetes.io/hostname", name);
    labels.put("kubernetes.io/os", "linux");
    labels.putIfAbsent("node.kubernetes.io/instance-type", spec.name());
    labels.putIfAbsent("topology.kubernetes.io/region", "playground");
    labels.putIfAbsent(
        "topology.kubernetes.io/zone", "playground-" + (char) ('a' + number % ZONES));
    labels.put(GROUP, spec.name());
    labels.put(PLAYGROUND, "true");
    ObjectNode put = Fields.object(node, "metadata", "labels");
    labels.forEach(put::put);
    ObjectNode inside = node.putObject("spec");
    inside
        .put("podCIDR", podNetwork(number) + "0/24")
        .putArray("podCIDRs")
        .add(podNetwork(number) + "0/24");
    if (!providerId.isEmpty()) {
      inside.put("providerID", providerId);
    }
    var taints = inside.putArray("taints");
    for (NodeGroupSpec.TaintSpec taint : spec.taints()) {
      ObjectNode one = taints.addObject().put("key", taint.key());
      if (!taint.value().isEmpty()) {
        one.put("value", taint.value());
      }
      one.put("effect", taint.effect());
    }
    taints.addObject().put("key", NOT_READY).put("effect", "NoSchedule");
    status(node, spec, name, number);
    for (Pressure pressure : Pressure.values()) {
      Conditions.set(node, pressure.type, "False", pressure.reason, pressure.message, now)
          .put("lastHeartbeatTime", Fields.stamp(now));
    }
    Conditions.set(
            node,
            "Ready",
            "False",
            "KubeletNotReady",
            "container runtime network not ready: NetworkReady=false"
                + " reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin"
                + " not initialized",
            now)
        .put("lastHeartbeatTime", Fields.stamp(now));
    return node;
  }

  private enum Pressure {
    MEMORY(
        "MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    DISK("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    PID("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available");

    private final String type;
    private final String reason;
    private final String message;

    Pressure(String type, String reason, String message) {
      this.type = type;
      this.reason = reason;
      this.message = message;
    }
  }

  private static void status(ObjectNode node, NodeGroupSpec spec, String name, int number) {
    ObjectNode status = node.putObject("status");
    status
        .putObject("capacity")
        .put("cpu", cpu(spec.cpuMilli()))
        .put("ephemeral-storage", DISK)
        .put("hugepages-2Mi", "0")
        .put("memory", (spec.memoryBytes() >> 10) + "Ki")
        .put("pods", Integer.toString(spec.pods()));
    status
        .putObject("allocatable")
        .put("cpu", cpu(Math.max(0, spec.cpuMilli() - RESERVED_CPU_MILLI)))
        .put("ephemeral-storage", DISK_ALLOCATABLE)
        .put("hugepages-2Mi", "0")
        .put("memory", Math.max(0, (spec.memoryBytes() >> 10) - RESERVED_MEMORY_KIB) + "Ki")
        .put("pods", Integer.toString(spec.pods()));
    var addresses = status.putArray("addresses");
    addresses.addObject().put("type", "InternalIP").put("address", address(number));
    addresses.addObject().put("type", "Hostname").put("address", name);
    status.putObject("daemonEndpoints").putObject("kubeletEndpoint").put("Port", KUBELET_PORT);
    String id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    status
        .putObject("nodeInfo")
        .put("machineID", id.replace("-", ""))
        .put("systemUUID", id)
        .put("bootID", UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString())
        .put("kernelVersion", "6.12.0-playground")
        .put("osImage", "Mangru playground (simulated)")
        .put("containerRuntimeVersion", "playground://1.0")
        .put("kubeletVersion", VERSION)
        .put("kubeProxyVersion", "")
        .put("operatingSystem", "linux")
        .put("architecture", "amd64");
  }

  private static String cpu(long milli) {
    return milli % 1000 == 0 ? Long.toString(milli / 1000) : milli + "m";
  }

  /// Makes a node ready; taints by the system go.
  static void ready(ObjectNode node, Instant now) {
    Conditions.set(node, "Ready", "True", "KubeletReady", "kubelet is posting ready status", now)
        .put("lastHeartbeatTime", Fields.stamp(now));
    Taints.remove(node, NOT_READY);
  }

  /// The machine's own address.
  static String address(int number) {
    return "10.90." + number / HOSTS % HOSTS + "." + (number % HOSTS + 1);
  }

  /// The first three parts, with a dot after them, of the addresses of its pods.
  static String podNetwork(int number) {
    return "10." + (128 + number / BYTE % 100) + "." + number % BYTE + ".";
  }
}
