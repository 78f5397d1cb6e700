package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import tools.jackson.databind.node.JsonNodeFactory;

/// Revisions as clients write them.
final class Revisions {

  private Revisions() {}

  /// The number; 0 for an empty text.
  ///
  /// @throws KubeApiException 400 if it is not a revision
  static long parse(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    try {
      long revision = Long.parseLong(text);
      if (revision >= 0) {
        return revision;
      }
    } catch (NumberFormatException e) {
      throw invalid(text);
    }
    throw invalid(text);
  }

  private static KubeApiException invalid(String text) {
    return KubeApiException.badRequest("resourceVersion: Invalid value: \"" + text + "\"");
  }

  /// Refuses a revision that has not come yet, as a client may bring from another cluster.
  static void requireReached(ObjectStore store, long asked) {
    long now = store.revision();
    if (asked > now) {
      throw new KubeApiException(
          504,
          "Timeout",
          "Too large resource version: " + asked + ", current: " + now,
          JsonNodeFactory.instance.objectNode().put("retryAfterSeconds", 1));
    }
  }
}
