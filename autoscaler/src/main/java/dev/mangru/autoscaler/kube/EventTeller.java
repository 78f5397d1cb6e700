package dev.mangru.autoscaler.kube;

import dev.mangru.autoscaler.control.Hpa;
import dev.mangru.autoscaler.control.HpaEvent;
import dev.mangru.autoscaler.control.ScalingCluster;
import dev.mangru.autoscaler.kube.KubeRest.Response;
import dev.mangru.model.error.MangruException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Events about autoscalers: one that repeats is counted up in place, at most once a minute.
/// Thread-safe.
final class EventTeller {

  private static final Logger LOG = LoggerFactory.getLogger(EventTeller.class);

  /// Events whose counts are known; the oldest go first. Kubernetes' own recorder keeps as many.
  private static final int MAX_KNOWN = 4_096;

  /// A count is written no more often than this. Chosen.
  private static final Duration COUNT_EVERY = Duration.ofMinutes(1);

  /// After this long the same event is a new one: Kubernetes' own recorder's interval.
  private static final Duration NEW_AFTER = Duration.ofMinutes(10);

  private final KubeRest rest;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Map<String, Told> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Told> eldest) {
          return size() > MAX_KNOWN;
        }
      };
  private long made;

  private record Told(String name, Instant first, Instant written, int count) {}

  EventTeller(KubeRest rest) {
    this.rest = rest;
  }

  void tell(Hpa hpa, HpaEvent event, Instant now) {
    String key = String.join("\n", hpa.uid(), event.type(), event.reason(), event.message());
    Told again;
    Told fresh = null;
    lock.lock();
    try {
      Told before = known.get(key);
      if (before != null && now.isBefore(before.written().plus(NEW_AFTER))) {
        boolean write = !now.isBefore(before.written().plus(COUNT_EVERY));
        again =
            new Told(
                before.name(), before.first(), write ? now : before.written(), before.count() + 1);
        known.put(key, again);
        if (!write) {
          return;
        }
      } else {
        again = null;
        fresh = new Told(name(hpa, now), now, now, 1);
        known.put(key, fresh);
      }
    } finally {
      lock.unlock();
    }
    try {
      Response answer = again != null ? count(hpa, again, now) : create(hpa, event, fresh, now);
      if (answer.status() == 404 && again != null) {
        answer = create(hpa, event, again, now); // it was deleted meanwhile
      }
      if (!answer.ok()) {
        LOG.atDebug()
            .addKeyValue("hpa", hpa.key())
            .addKeyValue("reason", event.reason())
            .log("an event was not taken: {}", answer.message());
      }
    } catch (MangruException e) {
      LOG.atDebug().addKeyValue("hpa", hpa.key()).setCause(e).log("an event was lost");
    }
  }

  /// As Kubernetes names them: the object, and a number that is not used again.
  private String name(Hpa hpa, Instant now) {
    made++;
    return hpa.name() + "." + Long.toHexString(now.toEpochMilli() * 1_000_000 + made % 1_000_000);
  }

  private Response count(Hpa hpa, Told told, Instant now) {
    ObjectNode patch = HpaWriter.JSON.createObjectNode();
    patch.put("count", told.count()).put("lastTimestamp", HpaWriter.time(now));
    return rest.write(
        "PATCH",
        path(hpa) + "/" + KubeRest.part(told.name()) + manager(),
        KubeRest.MERGE_PATCH,
        patch);
  }

  private Response create(Hpa hpa, HpaEvent event, @Nullable Told told, Instant now) {
    ObjectNode object = HpaWriter.JSON.createObjectNode();
    object.put("apiVersion", "v1").put("kind", "Event");
    object
        .putObject("metadata")
        .put("name", told == null ? hpa.name() : told.name())
        .put("namespace", hpa.namespace());
    object
        .putObject("involvedObject")
        .put("apiVersion", "autoscaling/v2")
        .put("kind", "HorizontalPodAutoscaler")
        .put("namespace", hpa.namespace())
        .put("name", hpa.name())
        .put("uid", hpa.uid())
        .put("resourceVersion", hpa.resourceVersion());
    object.put("type", event.type()).put("reason", event.reason()).put("message", event.message());
    object.put("count", told == null ? 1 : told.count());
    object.put("firstTimestamp", HpaWriter.time(told == null ? now : told.first()));
    object.put("lastTimestamp", HpaWriter.time(now));
    object.putObject("source").put("component", "horizontal-pod-autoscaler");
    object.put("reportingComponent", "horizontal-pod-autoscaler").put("reportingInstance", "");
    return rest.write("POST", path(hpa) + manager(), KubeRest.JSON_BODY, object);
  }

  private static String path(Hpa hpa) {
    return "/api/v1/namespaces/" + KubeRest.part(hpa.namespace()) + "/events";
  }

  private static String manager() {
    return "?fieldManager=" + ScalingCluster.FIELD_MANAGER;
  }
}
