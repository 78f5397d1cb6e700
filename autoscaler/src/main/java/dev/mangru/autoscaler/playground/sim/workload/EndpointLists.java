package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.api.LabelSelector;
import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The endpoints controller: the addresses behind each service, as Endpoints and as one
/// EndpointSlice.
final class EndpointLists {

  private static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
  private static final String SERVICE_NAME = "kubernetes.io/service-name";

  private static final int HOSTS = 250;
  private static final int ADDRESSES = HOSTS * HOSTS;

  private final Cluster cluster;

  EndpointLists(Cluster cluster) {
    this.cluster = cluster;
  }

  void run() {
    for (ObjectNode service : cluster.list(Kinds.SERVICES)) {
      JsonNode selector = Fields.at(service, "spec", "selector");
      if (Fields.deleting(service)) {
        continue;
      }
      address(service);
      if (selector.isEmpty()) {
        continue;
      }
      LabelSelector wanted = LabelSelector.ofMap(selector);
      List<ObjectNode> pods = new ArrayList<>();
      for (ObjectNode pod : cluster.list(Kinds.PODS, Fields.namespace(service))) {
        if (wanted.matches(Fields.labels(pod))
            && !Fields.text(pod, "status", "podIP").isEmpty()
            && !Pods.finished(pod)
            && !Fields.deleting(pod)) {
          pods.add(pod);
        }
      }
      pods.sort(Comparator.comparing(pod -> Fields.text(pod, "status", "podIP")));
      write(Kinds.ENDPOINTS, endpoints(service, pods), "subsets");
      write(Kinds.ENDPOINT_SLICES, slice(service, pods), "endpoints");
    }
    for (ObjectNode endpoints : cluster.list(Kinds.ENDPOINTS)) {
      if (cluster.find(Kinds.SERVICES, Fields.namespace(endpoints), Fields.name(endpoints)) == null
          && Fields.at(endpoints, "metadata", "annotations").has(MANAGED_BY)) {
        cluster.delete(Kinds.ENDPOINTS, endpoints, DeleteOptions.immediate());
      }
    }
  }

  /// Gives a service its cluster address, as the API server's allocator would: by its uid, then the
  /// next free one.
  private void address(ObjectNode service) {
    String type = Fields.text(service, "spec", "type");
    if (type.equals("ExternalName") || !Fields.text(service, "spec", "clusterIP").isEmpty()) {
      return;
    }
    Set<String> taken = new HashSet<>();
    for (ObjectNode other : cluster.list(Kinds.SERVICES)) {
      taken.add(Fields.text(other, "spec", "clusterIP"));
    }
    int number = Math.floorMod(Fields.uid(service).hashCode(), ADDRESSES);
    while (taken.contains(clusterIp(number)) && taken.size() < ADDRESSES) {
      number = (number + 1) % ADDRESSES;
    }
    String chosen = clusterIp(number);
    cluster.change(
        Kinds.SERVICES,
        service,
        copy -> {
          Fields.object(copy, "spec").put("clusterIP", chosen).putArray("clusterIPs").add(chosen);
        });
  }

  private static String clusterIp(int number) {
    return "10.96." + number / HOSTS + "." + (number % HOSTS + 1);
  }

  private void write(String resource, ObjectNode wanted, String field) {
    ObjectNode present = cluster.find(resource, Fields.namespace(wanted), Fields.name(wanted));
    if (present == null) {
      cluster.create(resource, wanted);
    } else if (!present.path(field).equals(wanted.path(field))
        || !present.path("ports").equals(wanted.path("ports"))) {
      cluster.change(
          resource,
          present,
          copy -> {
            copy.set(field, wanted.path(field));
            if (wanted.has("ports")) {
              copy.set("ports", wanted.path("ports"));
            }
          });
    }
  }

  private static ObjectNode endpoints(ObjectNode service, List<ObjectNode> pods) {
    ObjectNode endpoints =
        Fields.newObject("v1", "Endpoints", Fields.namespace(service), Fields.name(service));
    labels(service, endpoints);
    Fields.object(endpoints, "metadata", "annotations").put(MANAGED_BY, "endpoints-controller");
    ArrayNode subsets = endpoints.putArray("subsets");
    if (pods.isEmpty()) {
      return endpoints;
    }
    ObjectNode subset = subsets.addObject();
    ArrayNode ready = Fields.newObject().putArray("ready");
    ArrayNode notReady = Fields.newObject().putArray("notReady");
    boolean all = Fields.flag(service, "spec", "publishNotReadyAddresses");
    for (ObjectNode pod : pods) {
      ObjectNode address = (all || Pods.ready(pod) ? ready : notReady).addObject();
      address.put("ip", Fields.text(pod, "status", "podIP")).put("nodeName", Pods.node(pod));
      target(address, pod);
    }
    if (!ready.isEmpty()) {
      subset.set("addresses", ready);
    }
    if (!notReady.isEmpty()) {
      subset.set("notReadyAddresses", notReady);
    }
    subset.set("ports", ports(service, pods.getFirst()));
    return endpoints;
  }

  private static void labels(ObjectNode service, ObjectNode to) {
    if (Fields.labels(service) instanceof ObjectNode own) {
      Fields.object(to, "metadata").set("labels", own.deepCopy());
    }
  }

  private static void target(ObjectNode address, ObjectNode pod) {
    address
        .putObject("targetRef")
        .put("kind", "Pod")
        .put("namespace", Fields.namespace(pod))
        .put("name", Fields.name(pod))
        .put("uid", Fields.uid(pod));
  }

  private static ArrayNode ports(ObjectNode service, ObjectNode pod) {
    ArrayNode ports = Fields.newObject().putArray("ports");
    for (JsonNode port : Fields.at(service, "spec", "ports")) {
      ObjectNode one = ports.addObject();
      if (!Fields.text(port, "name").isEmpty()) {
        one.put("name", Fields.text(port, "name"));
      }
      one.put("port", target(port, pod));
      String protocol = Fields.text(port, "protocol");
      one.put("protocol", protocol.isEmpty() ? "TCP" : protocol);
    }
    return ports;
  }

  /// The container port that a service port leads to; its target may be the port's name.
  private static int target(JsonNode port, JsonNode pod) {
    JsonNode target = port.path("targetPort");
    if (target.isNumber() && target.asInt(0) > 0) {
      return target.asInt(0);
    }
    for (JsonNode container : Fields.at(pod, "spec", "containers")) {
      for (JsonNode one : container.path("ports")) {
        if (Fields.text(one, "name").equals(target.asString("")) && target.isString()) {
          return Fields.number(one, "containerPort");
        }
      }
    }
    return Fields.number(port, "port");
  }

  private static ObjectNode slice(ObjectNode service, List<ObjectNode> pods) {
    ObjectNode slice =
        Fields.newObject(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            Fields.namespace(service),
            Fields.name(service) + "-1");
    labels(service, slice);
    Fields.object(slice, "metadata", "labels")
        .put(SERVICE_NAME, Fields.name(service))
        .put(MANAGED_BY, "endpointslice-controller.k8s.io");
    Fields.own(slice, service, "v1", "Service");
    slice.put("addressType", "IPv4");
    ArrayNode endpoints = slice.putArray("endpoints");
    for (ObjectNode pod : pods) {
      ObjectNode one = endpoints.addObject();
      one.putArray("addresses").add(Fields.text(pod, "status", "podIP"));
      one.putObject("conditions")
          .put("ready", Pods.ready(pod))
          .put("serving", Pods.ready(pod))
          .put("terminating", false);
      target(one, pod);
      one.put("nodeName", Pods.node(pod));
    }
    slice.set(
        "ports",
        pods.isEmpty() ? Fields.newObject().putArray("none") : ports(service, pods.getFirst()));
    return slice;
  }
}
