package dev.mangru.autoscaler.playground.api;

import static dev.mangru.autoscaler.playground.api.WorkloadColumns.age;
import static dev.mangru.autoscaler.playground.api.WorkloadColumns.name;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Columns of everything else that is built in (kubernetes `pkg/printers/internalversion`).
final class ClusterColumns {

  /// Per resource in its storage version.
  static final Map<String, TableColumns> ALL = all();

  private static final int MAX_ENDPOINTS = 3;

  private ClusterColumns() {}

  private static Map<String, TableColumns> all() {
    Map<String, TableColumns> all = new HashMap<>();
    all.put(
        "nodes",
        TableColumns.of(
            "Name|Status|Roles|Age|Version|+Internal-IP|+External-IP|+OS-Image|+Kernel-Version"
                + "|+Container-Runtime",
            ClusterColumns::node));
    all.put(
        "namespaces",
        TableColumns.of(
            "Name|Status|Age",
            (object, now) ->
                List.of(
                    name(object),
                    object.path("status").path("phase").asString(""),
                    age(object, now))));
    all.put(
        "services",
        TableColumns.of(
            "Name|Type|Cluster-IP|External-IP|Port(s)|Age|+Selector", ClusterColumns::service));
    all.put("endpoints", TableColumns.of("Name|Endpoints|Age", ClusterColumns::endpoints));
    all.put(
        "discovery.k8s.io/endpointslices",
        TableColumns.of("Name|AddressType|Ports|Endpoints|Age", ClusterColumns::endpointSlice));
    all.put(
        "events",
        TableColumns.of(
            "Last Seen|Type|Reason|Object|+Subobject|+Source|Message|+First Seen|+Count#|+Name",
            ClusterColumns::event));
    all.put(
        "configmaps",
        TableColumns.of(
            "Name|Data#|Age",
            (object, now) ->
                List.of(
                    name(object),
                    object.path("data").size() + object.path("binaryData").size(),
                    age(object, now))));
    all.put(
        "secrets",
        TableColumns.of(
            "Name|Type|Data#|Age",
            (object, now) ->
                List.of(
                    name(object),
                    object.path("type").asString(""),
                    object.path("data").size(),
                    age(object, now))));
    all.put(
        "serviceaccounts",
        TableColumns.of(
            "Name|Secrets#|Age",
            (object, now) ->
                List.of(name(object), object.path("secrets").size(), age(object, now))));
    all.put(
        "coordination.k8s.io/leases",
        TableColumns.of(
            "Name|Holder|Age",
            (object, now) ->
                List.of(
                    name(object),
                    object.path("spec").path("holderIdentity").asString(""),
                    age(object, now))));
    all.put(
        "apiextensions.k8s.io/customresourcedefinitions",
        TableColumns.of(
            "Name|Created At",
            (object, now) ->
                List.of(
                    name(object), object.path("metadata").path("creationTimestamp").asString(""))));
    return Map.copyOf(all);
  }

  private static List<Object> node(ObjectNode node, Instant now) {
    JsonNode status = node.path("status");
    JsonNode info = status.path("nodeInfo");
    String ready = "Unknown";
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asString("").equals("Ready")) {
        ready = condition.path("status").asString("").equals("True") ? "Ready" : "NotReady";
      }
    }
    if (node.path("spec").path("unschedulable").asBoolean(false)) {
      ready += ",SchedulingDisabled";
    }
    return List.of(
        name(node),
        ready,
        roles(node),
        age(node, now),
        info.path("kubeletVersion").asString(""),
        address(status, "InternalIP"),
        address(status, "ExternalIP"),
        orUnknown(info.path("osImage")),
        orUnknown(info.path("kernelVersion")),
        orUnknown(info.path("containerRuntimeVersion")));
  }

  private static String orUnknown(JsonNode text) {
    String value = text.asString("");
    return value.isEmpty() ? HumanText.UNKNOWN : value;
  }

  private static String roles(ObjectNode node) {
    String prefix = "node-role.kubernetes.io/";
    TreeSet<String> roles = new TreeSet<>();
    for (Map.Entry<String, JsonNode> label : node.path("metadata").path("labels").properties()) {
      String value = label.getValue().asString("");
      if (label.getKey().startsWith(prefix) && label.getKey().length() > prefix.length()) {
        roles.add(label.getKey().substring(prefix.length()));
      } else if (label.getKey().equals("kubernetes.io/role") && !value.isEmpty()) {
        roles.add(value);
      }
    }
    return HumanText.orNone(String.join(",", roles));
  }

  private static String address(JsonNode status, String type) {
    for (JsonNode address : status.path("addresses")) {
      if (address.path("type").asString("").equals(type)) {
        return address.path("address").asString("");
      }
    }
    return HumanText.NONE;
  }

  private static List<Object> service(ObjectNode service, Instant now) {
    JsonNode spec = service.path("spec");
    String type = spec.path("type").asString("");
    List<String> ports = new ArrayList<>();
    for (JsonNode port : spec.path("ports")) {
      int nodePort = port.path("nodePort").asInt(0);
      ports.add(
          port.path("port").asInt(0)
              + (nodePort > 0 ? ":" + nodePort : "")
              + "/"
              + port.path("protocol").asString("TCP"));
    }
    return List.of(
        name(service),
        type,
        HumanText.orNone(spec.path("clusterIP").asString("")),
        externalIp(service, type),
        HumanText.orNone(String.join(",", ports)),
        age(service, now),
        HumanText.labels(spec.path("selector")));
  }

  private static String externalIp(ObjectNode service, String type) {
    List<String> addresses = new ArrayList<>();
    if (type.equals("ExternalName")) {
      return HumanText.orNone(service.path("spec").path("externalName").asString(""));
    }
    if (type.equals("LoadBalancer")) {
      for (JsonNode ingress : service.path("status").path("loadBalancer").path("ingress")) {
        addresses.add(ingress.path("ip").asString(ingress.path("hostname").asString("")));
      }
    }
    service.path("spec").path("externalIPs").forEach(ip -> addresses.add(ip.asString("")));
    if (addresses.isEmpty()) {
      return type.equals("LoadBalancer") ? "<pending>" : HumanText.NONE;
    }
    return String.join(",", addresses);
  }

  private static List<Object> endpoints(ObjectNode endpoints, Instant now) {
    List<String> all = new ArrayList<>();
    for (JsonNode subset : endpoints.path("subsets")) {
      for (JsonNode address : subset.path("addresses")) {
        String ip = address.path("ip").asString("");
        if (subset.path("ports").isEmpty()) {
          all.add(ip);
        }
        for (JsonNode port : subset.path("ports")) {
          all.add(ip + ":" + port.path("port").asInt(0));
        }
      }
    }
    return List.of(name(endpoints), someOf(all), age(endpoints, now));
  }

  private static String someOf(List<String> all) {
    return all.size() > MAX_ENDPOINTS
        ? String.join(",", all.subList(0, MAX_ENDPOINTS))
            + " + "
            + (all.size() - MAX_ENDPOINTS)
            + " more..."
        : HumanText.orNone(String.join(",", all));
  }

  private static List<Object> endpointSlice(ObjectNode slice, Instant now) {
    List<String> ports = new ArrayList<>();
    slice.path("ports").forEach(port -> ports.add(port.path("port").asString("*")));
    List<String> addresses = new ArrayList<>();
    for (JsonNode endpoint : slice.path("endpoints")) {
      endpoint.path("addresses").forEach(address -> addresses.add(address.asString("")));
    }
    return List.of(
        name(slice),
        slice.path("addressType").asString(""),
        ports.isEmpty() ? "<unset>" : someOf(ports),
        addresses.isEmpty() ? "<unset>" : someOf(addresses),
        age(slice, now));
  }

  private static List<Object> event(ObjectNode event, Instant now) {
    String first = HumanText.age(event.path("firstTimestamp"), now);
    if (first.equals(HumanText.UNKNOWN)) {
      first = HumanText.age(event.path("eventTime"), now);
    }
    String last = HumanText.age(event.path("lastTimestamp"), now);
    if (last.equals(HumanText.UNKNOWN)) {
      last = first;
    }
    int count = Math.max(1, event.path("count").asInt(1));
    if (event.path("series").isObject()) {
      last = HumanText.age(event.path("series").path("lastObservedTime"), now);
      count = event.path("series").path("count").asInt(1);
    }
    JsonNode about = event.path("involvedObject");
    String kind = about.path("kind").asString("").toLowerCase(Locale.ROOT);
    String subject = about.path("name").asString("");
    return List.of(
        last,
        event.path("type").asString(""),
        event.path("reason").asString(""),
        subject.isEmpty() ? kind : kind + "/" + subject,
        about.path("fieldPath").asString(""),
        source(event),
        event.path("message").asString("").strip(),
        first,
        count,
        name(event));
  }

  private static String source(ObjectNode event) {
    String component = event.path("source").path("component").asString("");
    String host = event.path("source").path("host").asString("");
    if (component.isEmpty()) {
      component = event.path("reportingComponent").asString("");
      host = event.path("reportingInstance").asString("");
    }
    return host.isEmpty() ? component : component + ", " + host;
  }
}
