package dev.mangru.autoscaler.kube;

import dev.mangru.autoscaler.control.Hpa;
import dev.mangru.autoscaler.control.HpaEvent;
import dev.mangru.autoscaler.control.HpaStatus;
import dev.mangru.autoscaler.control.PodFacts;
import dev.mangru.autoscaler.control.Scale;
import dev.mangru.autoscaler.control.ScaleReading;
import dev.mangru.autoscaler.control.ScalingCluster;
import dev.mangru.autoscaler.control.TargetRef;
import dev.mangru.autoscaler.kube.KubeRest.Response;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A cluster through its API server. Thread-safe. Pods and autoscalers are watched and read from
/// memory, as long as that still is what the cluster has ([Watched]); scales are read one by one,
/// as kube-controller-manager does.
///
/// The client stays the caller's; [#close] only ends the watches.
public final class KubeScalingCluster implements ScalingCluster, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KubeScalingCluster.class);

  /// Unreadable objects remembered, so that each is told once. Chosen, to bound memory.
  private static final int MAX_UNREADABLE = 10_000;

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  /// After this many passes in a row trouble with one target is the target's, not the moment's.
  private static final int PATIENCE = 3;

  private final KubeRest rest;
  private final ScaleTargets targets;
  private final EventTeller events;
  private final Watched<Pod> pods;
  private final Watched<HorizontalPodAutoscaler> hpas;

  private final Map<String, Integer> troubles = new ConcurrentHashMap<>();
  private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

  /// Starts watching. Until everything was listed once [#problem] says so.
  ///
  /// @param clock for how long answers and faults count
  public KubeScalingCluster(KubernetesClient client, InstantSource clock) {
    this.rest = new KubeRest(client, REQUEST_TIMEOUT);
    this.targets = new ScaleTargets(rest, clock);
    this.events = new EventTeller(rest);
    this.pods =
        new Watched<>(
            "pods", "/api/v1/pods", rest, () -> client.pods().inAnyNamespace().runnableInformer(0));
    this.hpas =
        new Watched<>(
            "horizontalpodautoscalers",
            "/apis/autoscaling/v2/horizontalpodautoscalers",
            rest,
            () ->
                client
                    .autoscaling()
                    .v2()
                    .horizontalPodAutoscalers()
                    .inAnyNamespace()
                    .runnableInformer(0));
  }

  // ---- what is known ---------------------------------------------------------------------------

  @Override
  public @Nullable String problem(Instant now) {
    String one = pods.problem(now);
    return one == null ? hpas.problem(now) : one;
  }

  @Override
  public List<Hpa> hpas() {
    List<Hpa> all = new ArrayList<>();
    Set<String> targeted = new HashSet<>();
    for (HorizontalPodAutoscaler each : hpas.list()) {
      String key = each.getMetadata().getNamespace() + "/" + each.getMetadata().getName();
      try {
        Hpa hpa = HpaReader.read(each);
        all.add(hpa);
        targeted.add(troubleKey(hpa.namespace(), hpa.spec().target()));
      } catch (RuntimeException e) {
        unreadable("horizontalpodautoscaler " + key, e);
      }
    }
    troubles.keySet().retainAll(targeted);
    all.sort(Comparator.comparing(Hpa::key));
    return all;
  }

  @Override
  public List<PodFacts> pods(String namespace) {
    List<PodFacts> all = new ArrayList<>();
    for (Pod each : pods.list(namespace)) {
      try {
        all.add(PodReader.read(each));
      } catch (RuntimeException e) {
        unreadable("pod " + namespace + "/" + each.getMetadata().getName(), e);
        all.add(PodReader.withoutDetails(each));
      }
    }
    all.sort(Comparator.comparing(PodFacts::name));
    return all;
  }

  /// Whatever it is that the API server let in, it must not keep the others from being served.
  private void unreadable(String what, RuntimeException why) {
    if (unreadable.size() >= MAX_UNREADABLE) {
      unreadable.clear();
    }
    if (unreadable.add(what)) {
      LOG.atWarn()
          .addKeyValue("object", what)
          .setCause(why)
          .log("an object holds what the API does not allow");
    }
  }

  // ---- scales ----------------------------------------------------------------------------------

  @Override
  public ScaleReading readScale(String namespace, TargetRef target) {
    String key = troubleKey(namespace, target);
    try {
      ScaleReading read = read(namespace, target);
      troubles.remove(key);
      return read;
    } catch (MangruException e) {
      return switch (e.code()) {
        case NOT_FOUND, BAD_DATA -> new ScaleReading.Failed(e.text());
        default -> throw e;
      };
    }
  }

  private static String troubleKey(String namespace, TargetRef target) {
    return namespace + " " + target;
  }

  private ScaleReading read(String namespace, TargetRef target) {
    Response answer = rest.get(targets.path(namespace, target));
    if (answer.transientTrouble()) {
      int times = troubles.merge(troubleKey(namespace, target), 1, Integer::sum);
      if (times < PATIENCE) {
        throw new MangruException(
            ErrorCode.UNAVAILABLE,
            "the scale of %s cannot be read now: %s".formatted(target.text(), answer.message()));
      }
      return new ScaleReading.Failed(answer.message());
    }
    if (!answer.ok()) {
      return new ScaleReading.Failed(answer.message());
    }
    return new ScaleReading.Known(scale(answer.body()));
  }

  private static Scale scale(JsonNode body) {
    JsonNode status = body.path("status");
    return new Scale(
        body.path("spec").path("replicas").asInt(0),
        status.path("replicas").asInt(0),
        status.path("selector").asString(""),
        body.path("metadata").path("resourceVersion").asString(""));
  }

  @Override
  public WriteResult writeScale(String namespace, TargetRef target, Scale read, int replicas) {
    String path = targets.path(namespace, target);
    Response answer = put(path, namespace, target, read.resourceVersion(), replicas);
    if (answer.status() != 409) {
      return result(answer, "the scale of " + target.text());
    }
    // The object changed since it was read, perhaps only in its status: look again.
    Response again = rest.get(path);
    if (!again.ok()) {
      return new WriteResult.Conflict(answer.message());
    }
    Scale fresh = scale(again.body());
    if (fresh.specReplicas() == replicas) {
      return new WriteResult.Written(fresh.resourceVersion());
    }
    if (fresh.specReplicas() != read.specReplicas()) {
      return new WriteResult.Conflict(
          "someone asked for %d replicas meanwhile".formatted(fresh.specReplicas()));
    }
    Response second = put(path, namespace, target, fresh.resourceVersion(), replicas);
    return second.status() == 409
        ? new WriteResult.Conflict(second.message())
        : result(second, "the scale of " + target.text());
  }

  private Response put(
      String path, String namespace, TargetRef target, String resourceVersion, int replicas) {
    ObjectNode body = HpaWriter.JSON.createObjectNode();
    body.put("apiVersion", "autoscaling/v1").put("kind", "Scale");
    body.putObject("metadata")
        .put("name", target.name())
        .put("namespace", namespace)
        .put("resourceVersion", resourceVersion);
    body.putObject("spec").put("replicas", replicas);
    return rest.write("PUT", path + manager(), KubeRest.JSON_BODY, body);
  }

  @Override
  public WriteResult writeStatus(Hpa hpa, HpaStatus status) {
    Response answer =
        rest.write(
            "PATCH",
            "/apis/autoscaling/v2/namespaces/%s/horizontalpodautoscalers/%s/status%s"
                .formatted(KubeRest.part(hpa.namespace()), KubeRest.part(hpa.name()), manager()),
            KubeRest.MERGE_PATCH,
            HpaWriter.patch(hpa, status));
    return answer.status() == 409
        ? new WriteResult.Conflict(answer.message())
        : result(answer, "the status of " + hpa.key());
  }

  private static WriteResult result(Response answer, String what) {
    if (answer.transientTrouble()) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "whether %s was written is not known: %s".formatted(what, answer.message()));
    }
    return answer.ok()
        ? new WriteResult.Written(answer.resourceVersion())
        : new WriteResult.Refused(answer.message());
  }

  private static String manager() {
    return "?fieldManager=" + FIELD_MANAGER;
  }

  @Override
  public void tell(Hpa hpa, HpaEvent event, Instant now) {
    events.tell(hpa, event, now);
  }

  /// Ends the watches.
  @Override
  public void close() {
    pods.close();
    hpas.close();
  }
}
