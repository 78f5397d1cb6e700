package dev.mangru.autoscaler.playground.schema;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Events of the core group and of `events.k8s.io` are the same objects with other field names.
final class EventConversion {

  /// Core name to the other group's name.
  private static final List<Map.Entry<String, String>> NAMES =
      List.of(
          Map.entry("involvedObject", "regarding"),
          Map.entry("message", "note"),
          Map.entry("reportingComponent", "reportingController"),
          Map.entry("source", "deprecatedSource"),
          Map.entry("firstTimestamp", "deprecatedFirstTimestamp"),
          Map.entry("lastTimestamp", "deprecatedLastTimestamp"),
          Map.entry("count", "deprecatedCount"));

  private EventConversion() {}

  static void toEvents(ObjectNode event) {
    NAMES.forEach(name -> rename(event, name.getKey(), name.getValue()));
  }

  static void toCore(ObjectNode event) {
    NAMES.forEach(name -> rename(event, name.getValue(), name.getKey()));
  }

  private static void rename(ObjectNode event, String from, String to) {
    JsonNode value = event.remove(from);
    if (value != null) {
      event.set(to, value);
    }
  }
}
