package dev.mangru.autoscaler.playground.sim.cluster;

import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes events as Kubernetes' components do. The same thing said again of the same object raises
/// the count of the event that is there. Not thread-safe.
public final class Events {

  /// The API server's default `--event-ttl`.
  private static final Duration KEPT = Duration.ofHours(1);

  /// Chosen: some hundred pages of `kubectl get events`, 1 MB.
  private static final int MOST_EVENTS = 1_000;

  /// Said more often than this, the count waits: a count is not worth a write every second.
  private static final Duration BETWEEN_COUNTS = Duration.ofSeconds(10);

  private static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(1);
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final Cluster cluster;
  private Instant nextSweep = Instant.MIN;

  /// Events go to the objects' namespace, those of nodes and the like to `default`.
  public Events(Cluster cluster) {
    this.cluster = cluster;
  }

  /// What happens as it should.
  ///
  /// @param component who says it, such as `kubelet`
  public void normal(
      JsonNode object, String component, String reason, String message, Instant now) {
    write(object, "Normal", component, reason, message, now);
  }

  /// What should not happen.
  public void warning(
      JsonNode object, String component, String reason, String message, Instant now) {
    write(object, "Warning", component, reason, message, now);
  }

  private void write(
      JsonNode object, String type, String component, String reason, String message, Instant now) {
    String namespace = Fields.namespace(object);
    String home = namespace.isEmpty() ? "default" : namespace;
    String name = Fields.name(object) + "." + hash(object, component, reason, message);
    ObjectNode before = cluster.find(Kinds.EVENTS, home, name);
    if (before == null) {
      cluster.create(
          Kinds.EVENTS, event(object, home, name, type, component, reason, message, now));
      return;
    }
    Instant last = Fields.time(before, "lastTimestamp");
    if (last != null && last.plus(BETWEEN_COUNTS).isAfter(now)) {
      return;
    }
    cluster.change(
        Kinds.EVENTS,
        before,
        event -> {
          event.put("count", Fields.number(event, "count") + 1);
          event.put("lastTimestamp", Fields.stamp(now));
        });
  }

  private static ObjectNode event(
      JsonNode object,
      String home,
      String name,
      String type,
      String component,
      String reason,
      String message,
      Instant now) {
    ObjectNode event = Fields.newObject("v1", "Event", home, name);
    ObjectNode about = event.putObject("involvedObject");
    about.put("kind", Fields.text(object, "kind"));
    if (!Fields.namespace(object).isEmpty()) {
      about.put("namespace", Fields.namespace(object));
    }
    about
        .put("name", Fields.name(object))
        .put("uid", Fields.uid(object))
        .put("apiVersion", Fields.text(object, "apiVersion"))
        .put("resourceVersion", Fields.text(object, "metadata", "resourceVersion"));
    event.put("reason", reason).put("message", message);
    event.putObject("source").put("component", component);
    return event
        .put("firstTimestamp", Fields.stamp(now))
        .put("lastTimestamp", Fields.stamp(now))
        .put("count", 1)
        .put("type", type)
        .putNull("eventTime")
        .put("reportingComponent", component)
        .put("reportingInstance", "");
  }

  private static String hash(JsonNode object, String component, String reason, String message) {
    long hash = FNV_OFFSET;
    String said = Fields.uid(object) + '\0' + component + '\0' + reason + '\0' + message;
    for (int i = 0; i < said.length(); i++) {
      hash = (hash ^ said.charAt(i)) * FNV_PRIME;
    }
    return HexFormat.of().toHexDigits(hash);
  }

  /// Removes what is older than an hour, and the oldest beyond the limit; once a minute.
  public void sweep(Instant now) {
    if (now.isBefore(nextSweep)) {
      return;
    }
    nextSweep = now.plus(BETWEEN_SWEEPS);
    List<ObjectNode> events = new ArrayList<>(cluster.list(Kinds.EVENTS));
    events.sort(Comparator.comparing(Events::lastSaid));
    int over = events.size() - MOST_EVENTS;
    for (int i = 0; i < events.size(); i++) {
      if (i >= over && lastSaid(events.get(i)).plus(KEPT).isAfter(now)) {
        break;
      }
      cluster.delete(Kinds.EVENTS, events.get(i), DeleteOptions.immediate());
    }
  }

  private static Instant lastSaid(ObjectNode event) {
    Instant last = Fields.time(event, "lastTimestamp");
    if (last == null) {
      last = Fields.time(event, "eventTime");
    }
    if (last == null) {
      last = Fields.time(event, "metadata", "creationTimestamp");
    }
    return last == null ? Instant.EPOCH : last;
  }
}
