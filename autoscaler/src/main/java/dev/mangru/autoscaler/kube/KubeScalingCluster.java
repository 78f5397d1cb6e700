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
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
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
/// memory; scales are read one by one, as kube-controller-manager does. A watch that breaks is
/// taken up again for ever.
///
/// The client stays the caller's; [#close] only ends the watches.
public final class KubeScalingCluster implements ScalingCluster, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KubeScalingCluster.class);

  /// How long a watch may be broken before what it told is not trusted any more. Chosen: longer
  /// than taking up a watch takes, shorter than pods live.
  private static final Duration BROKEN_FOR = Duration.ofSeconds(30);

  /// A server that answers this long has its watches back: they are tried every eight seconds.
  private static final Duration RESTORED_AFTER = Duration.ofSeconds(10);

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  /// After this many passes in a row trouble with one target is the target's, not the moment's.
  private static final int PATIENCE = 3;

  private final KubeRest rest;
  private final ScaleTargets targets;
  private final EventTeller events;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<HorizontalPodAutoscaler> hpas;

  private final Map<String, Integer> troubles = new ConcurrentHashMap<>();
  private final Map<String, Instant> brokenSince = new ConcurrentHashMap<>();
  private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
  private final InstantSource clock;
  private volatile @Nullable String lastFault;
  private volatile @Nullable Instant lastFaultAt;
  private volatile @Nullable Instant answeringSince;

  /// Starts watching. Until everything was listed once [#problem] says so.
  ///
  /// @param clock for how long answers and faults count
  public KubeScalingCluster(KubernetesClient client, InstantSource clock) {
    this.clock = clock;
    this.rest = new KubeRest(client, REQUEST_TIMEOUT);
    this.targets = new ScaleTargets(rest, clock);
    this.events = new EventTeller(rest);
    this.pods = client.pods().inAnyNamespace().runnableInformer(0);
    this.hpas =
        client.autoscaling().v2().horizontalPodAutoscalers().inAnyNamespace().runnableInformer(0);
    watch("pods", pods);
    watch("horizontalpodautoscalers", hpas);
  }

  private <T> void watch(String what, SharedIndexInformer<T> informer) {
    informer.exceptionHandler((started, fault) -> {
      failed(what, fault);
      return true; // the cluster may come back at any time
    });
    informer
        .start()
        .whenComplete((_, fault) -> {
          if (fault != null) {
            failed(what, fault);
          }
        });
  }

  private void failed(String what, Throwable fault) {
    lastFault = what + ": " + fault;
    lastFaultAt = clock.instant();
  }

  // ---- what is known ---------------------------------------------------------------------------

  @Override
  public @Nullable String problem(Instant now) {
    String one = problem("pods", pods, now);
    return one == null ? problem("horizontalpodautoscalers", hpas, now) : one;
  }

  private @Nullable String problem(String what, SharedIndexInformer<?> informer, Instant now) {
    if (informer.isWatching()) {
      brokenSince.remove(what);
      if (brokenSince.isEmpty()) {
        answeringSince = null;
      }
      return null;
    }
    if (!informer.hasSynced()) {
      return "the %s of the cluster were not listed yet%s".formatted(what, fault());
    }
    Instant since = brokenSince.computeIfAbsent(what, _ -> now);
    if (now.isBefore(since.plus(BROKEN_FOR))) {
      return null;
    }
    // fabric8 calls a watch over HTTP broken until its first event, which on a quiet cluster may
    // take minutes: ask the server itself.
    if (!answers(now)) {
      return "the %s of the cluster are not watched since %s%s".formatted(what, since, fault());
    }
    Instant answering = answeringSince;
    if (answering != null && now.isBefore(answering.plus(RESTORED_AFTER))) {
      return "the API server answers again since %s; the %s are not yet watched again%s"
          .formatted(answering, what, fault());
    }
    Instant fault = lastFaultAt;
    return fault == null || fault.isBefore(now.minus(RESTORED_AFTER))
        ? null
        : "the %s of the cluster cannot be watched%s".formatted(what, fault());
  }

  /// Whether the API server answers at all; remembers since when.
  private boolean answers(Instant now) {
    try {
      if (rest.get("/version").ok()) {
        if (answeringSince == null) {
          answeringSince = now;
        }
        return true;
      }
      answeringSince = null;
      return false;
    } catch (MangruException e) {
      answeringSince = null;
      lastFault = e.text();
      return false;
    }
  }

  private String fault() {
    String fault = lastFault;
    return fault == null ? "" : " (" + fault + ")";
  }

  @Override
  public List<Hpa> hpas() {
    List<Hpa> all = new ArrayList<>();
    for (HorizontalPodAutoscaler each : hpas.getStore().list()) {
      String key = each.getMetadata().getNamespace() + "/" + each.getMetadata().getName();
      try {
        all.add(HpaReader.read(each));
        unreadable.remove(key);
      } catch (RuntimeException e) {
        // Whatever it is that the API server let in, it must not keep the others from being served.
        if (unreadable.add(key)) {
          LOG.atWarn()
              .addKeyValue("hpa", key)
              .setCause(e)
              .log("an autoscaler holds what the API does not allow, and is left alone");
        }
      }
    }
    all.sort(Comparator.comparing(Hpa::key));
    return all;
  }

  @Override
  public List<PodFacts> pods(String namespace) {
    List<PodFacts> all = new ArrayList<>();
    for (Pod each : pods.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace)) {
      all.add(PodReader.read(each));
    }
    all.sort(Comparator.comparing(PodFacts::name));
    return all;
  }

  // ---- scales ----------------------------------------------------------------------------------

  @Override
  public ScaleReading readScale(String namespace, TargetRef target) {
    String key = namespace + " " + target;
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

  private ScaleReading read(String namespace, TargetRef target) {
    Response answer = rest.get(targets.path(namespace, target));
    if (answer.transientTrouble()) {
      int times = troubles.merge(namespace + " " + target, 1, Integer::sum);
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
    pods.stop();
    hpas.stop();
  }
}
