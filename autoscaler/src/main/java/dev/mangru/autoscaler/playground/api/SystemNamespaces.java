package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The namespaces that every cluster has.
final class SystemNamespaces {

  static final List<String> NAMES =
      List.of("default", "kube-system", "kube-public", "kube-node-lease");

  private SystemNamespaces() {}

  /// Makes those that are not there yet.
  static void ensure(Registry registry) {
    var type =
        registry
            .catalog()
            .byPlural("", "v1", Registry.NAMESPACES)
            .orElseThrow(() -> KubeApiException.internal("namespaces are not served"));
    for (String name : NAMES) {
      if (registry.find(type, "", name).isEmpty()) {
        ObjectNode namespace = JsonNodeFactory.instance.objectNode();
        namespace.put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", name);
        registry.create(type, "", namespace, WriteOptions.own());
      }
    }
  }
}
