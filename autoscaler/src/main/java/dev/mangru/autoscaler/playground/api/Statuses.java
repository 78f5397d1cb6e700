package dev.mangru.autoscaler.playground.api;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `Status` objects that are no refusals.
final class Statuses {

  private Statuses() {}

  static ObjectNode success() {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    return status.put("status", "Success");
  }

  /// With an HTTP code, as a POST of a subresource answers.
  static ObjectNode success(int code) {
    return success().put("code", code);
  }
}
