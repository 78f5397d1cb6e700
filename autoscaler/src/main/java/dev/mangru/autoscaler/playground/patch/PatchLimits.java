package dev.mangru.autoscaler.playground.patch;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import tools.jackson.databind.JsonNode;

/// How much one patch may ask for.
public final class PatchLimits {

  /// Operations in one JSON patch; upstream's `MaxJSONPatchOperations`.
  public static final int MAX_OPERATIONS = 10_000;

  /// Nesting of objects and lists in a patch and in what it makes; chosen: Kubernetes objects, a
  /// definition's schema included, stay under 40.
  public static final int MAX_DEPTH = 100;

  /// Bytes of one request body; upstream's `MaxRequestBodyBytes`.
  public static final int MAX_BYTES = 3 * 1024 * 1024;

  private PatchLimits() {}

  /// Refuses with 400 what is nested more than [#MAX_DEPTH] deep.
  public static void checkDepth(JsonNode node) {
    if (!within(node, MAX_DEPTH)) {
      throw KubeApiException.badRequest(
          "the object is nested more than " + MAX_DEPTH + " levels deep; flatten it");
    }
  }

  private static boolean within(JsonNode node, int levels) {
    if (!node.isContainer()) {
      return true;
    }
    if (levels == 0) {
      return false;
    }
    for (JsonNode child : node.values()) {
      if (!within(child, levels - 1)) {
        return false;
      }
    }
    return true;
  }
}
