package dev.mangru.autoscaler.kube;

import dev.mangru.autoscaler.kube.KubeRest.Response;
import dev.mangru.autoscaler.node.act.ClusterEvent;
import dev.mangru.autoscaler.node.act.ClusterSnapshot;
import dev.mangru.autoscaler.node.act.NodeChange;
import dev.mangru.autoscaler.node.act.NodeCluster;
import dev.mangru.autoscaler.node.plan.Controllers;
import dev.mangru.autoscaler.node.plan.DisruptionBudget;
import dev.mangru.autoscaler.node.shape.LabelSelectors;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.NodeShapes;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.PodShapes;
import dev.mangru.autoscaler.node.shape.Taint;
import dev.mangru.autoscaler.node.shape.VolumeClaim;
import dev.mangru.autoscaler.node.shape.VolumeClaims;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// The node autoscaler's cluster through its API server. Thread-safe. Everything is listed anew for
/// each pass, in pages, so a snapshot is never older than the pass that decides on it.
///
/// Kinds that the server does not have count as having no objects. The client stays the caller's.
public final class KubeNodeCluster implements NodeCluster {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  /// Objects in one page of a list; kubectl's.
  private static final int PAGE = 500;

  /// A list of more pages is broken: it would be five million objects. Chosen.
  private static final int MAX_PAGES = 10_000;

  /// Somebody else's change of a node in between is met by trying again; chosen.
  private static final int ATTEMPTS = 4;

  private static final String COMPONENT = "mangru-node-autoscaler";
  private static final String FIELD_MANAGER = "?fieldManager=" + COMPONENT;

  private static final JsonMapper JSON = new JsonMapper();

  /// What the DaemonSet controller adds to each pod's tolerations.
  private static final List<String> DAEMON_TOLERATIONS =
      List.of(
          "node.kubernetes.io/not-ready",
          "node.kubernetes.io/unreachable",
          "node.kubernetes.io/disk-pressure",
          "node.kubernetes.io/memory-pressure",
          "node.kubernetes.io/pid-pressure",
          "node.kubernetes.io/unschedulable");

  private final KubeRest rest;
  private final InstantSource clock;

  /// @param clock for the times of events
  public KubeNodeCluster(KubernetesClient client, InstantSource clock) {
    this.rest = new KubeRest(client, REQUEST_TIMEOUT);
    this.clock = clock;
  }

  // ---- reading ---------------------------------------------------------------------------------

  @Override
  public ClusterSnapshot read() {
    List<String> problems = new ArrayList<>();
    Map<String, Integer> controllers = new HashMap<>();
    List<ObjectNode> daemonSets = list("/apis/apps/v1/daemonsets");
    note("DaemonSet", daemonSets, controllers);
    note("ReplicaSet", list("/apis/apps/v1/replicasets"), controllers);
    note("StatefulSet", list("/apis/apps/v1/statefulsets"), controllers);
    note("Job", mayList("/apis/batch/v1/jobs", problems), controllers);
    note("ReplicationController", mayList("/api/v1/replicationcontrollers", problems), controllers);
    Map<String, Map<String, String>> namespaces = new HashMap<>();
    for (ObjectNode each : list("/api/v1/namespaces")) {
      namespaces.put(name(each), texts(each.path("metadata").path("labels")));
    }
    List<ObjectNode> nodes = list("/api/v1/nodes");
    List<NodeShape> shapes = readable("node", nodes, NodeShapes::of, problems);
    return new ClusterSnapshot(
        shapes,
        unreadable(nodes, shapes),
        readable("pod", list("/api/v1/pods"), PodShapes::of, problems),
        readable(
            "disruption budget",
            list("/apis/policy/v1/poddisruptionbudgets"),
            KubeNodeCluster::budget,
            problems),
        readable("daemon set", daemonSets, KubeNodeCluster::podOf, problems),
        new Controllers(controllers),
        namespaces,
        claims(problems),
        problems);
  }

  /// Names and provider identifiers of nodes that are there and cannot be read, so that their
  /// machines are not taken for ones that never became nodes.
  private static Set<String> unreadable(List<ObjectNode> nodes, List<NodeShape> shapes) {
    Set<String> names = new HashSet<>();
    for (ObjectNode each : nodes) {
      names.add(name(each));
      names.add(each.path("spec").path("providerID").asString(""));
    }
    for (NodeShape each : shapes) {
      names.remove(each.name());
      names.remove(each.providerId());
    }
    return names;
  }

  private List<VolumeClaim> claims(List<String> problems) {
    List<ObjectNode> claims = mayList("/api/v1/persistentvolumeclaims", problems);
    if (claims.isEmpty()) {
      return List.of();
    }
    Map<String, ObjectNode> volumes = new HashMap<>();
    mayList("/api/v1/persistentvolumes", problems).forEach(each -> volumes.put(name(each), each));
    Map<String, ObjectNode> classes = new HashMap<>();
    mayList("/apis/storage.k8s.io/v1/storageclasses", problems)
        .forEach(each -> classes.put(name(each), each));
    return readable(
        "volume claim",
        claims,
        claim -> {
          JsonNode spec = claim.path("spec");
          return VolumeClaims.of(
              claim,
              orMissing(volumes.get(spec.path("volumeName").asString(""))),
              orMissing(classes.get(spec.path("storageClassName").asString(""))));
        },
        problems);
  }

  private static JsonNode orMissing(@Nullable ObjectNode node) {
    return node == null ? MissingNode.getInstance() : node;
  }

  /// Reads what can be read; what cannot becomes a problem and holds up nothing else.
  private static <T> List<T> readable(
      String kind,
      List<ObjectNode> objects,
      Function<ObjectNode, T> reader,
      List<String> problems) {
    List<T> all = new ArrayList<>(objects.size());
    for (ObjectNode each : objects) {
      try {
        all.add(reader.apply(each));
      } catch (MangruException e) {
        problems.add(kind + " " + key(each) + ": " + e.text());
      } catch (RuntimeException e) {
        // Whatever it is that the API server let in, it must not keep the others from being seen.
        problems.add(kind + " " + key(each) + ": it cannot be read: " + e);
      }
    }
    return all;
  }

  private static void note(
      String kind, List<ObjectNode> objects, Map<String, Integer> controllers) {
    for (ObjectNode each : objects) {
      JsonNode metadata = each.path("metadata");
      JsonNode spec = each.path("spec");
      boolean counts = !kind.equals("DaemonSet") && !kind.equals("Job");
      controllers.put(
          Controllers.key(kind, metadata.path("namespace").asString(""), name(each)),
          counts ? spec.path("replicas").asInt(1) : -1);
    }
  }

  private static DisruptionBudget budget(ObjectNode object) {
    return new DisruptionBudget(
        object.path("metadata").path("namespace").asString(""),
        name(object),
        LabelSelectors.of(object.path("spec").path("selector")),
        object.path("status").path("disruptionsAllowed").asInt(0));
  }

  /// A pod as a DaemonSet would make it.
  private static PodShape podOf(ObjectNode daemonSet) {
    JsonNode metadata = daemonSet.path("metadata");
    JsonNode template = daemonSet.path("spec").path("template");
    ObjectNode pod = JSON.createObjectNode();
    ObjectNode made = pod.putObject("metadata");
    if (template.path("metadata").isObject()) {
      made.setAll((ObjectNode) template.path("metadata"));
    }
    made.put("name", name(daemonSet)).put("namespace", metadata.path("namespace").asString(""));
    made.putArray("ownerReferences")
        .addObject()
        .put("apiVersion", "apps/v1")
        .put("kind", "DaemonSet")
        .put("name", name(daemonSet))
        .put("uid", metadata.path("uid").asString(""))
        .put("controller", true);
    ObjectNode spec = pod.putObject("spec");
    if (template.path("spec").isObject()) {
      spec.setAll((ObjectNode) template.path("spec").deepCopy());
    }
    ArrayNode tolerations = spec.withArray("tolerations");
    DAEMON_TOLERATIONS.forEach(
        key -> tolerations.addObject().put("key", key).put("operator", "Exists"));
    return PodShapes.of(pod);
  }

  /// All objects of a kind without which planning is only more careful: pods of unknown owners or
  /// with unknown volumes keep their nodes. None, and a problem, when they may not be listed.
  private List<ObjectNode> mayList(String path, List<String> problems) {
    try {
      return list(path);
    } catch (MangruException e) {
      if (e.code() != ErrorCode.EXECUTION) {
        throw e;
      }
      problems.add(e.text());
      return List.of();
    }
  }

  /// All objects of a kind; none when the server does not know it.
  private List<ObjectNode> list(String path) {
    List<ObjectNode> all = new ArrayList<>();
    String next = "";
    for (int page = 0; page < MAX_PAGES; page++) {
      String query = "?limit=" + PAGE + (next.isEmpty() ? "" : "&continue=" + KubeRest.part(next));
      Response answer = rest.get(path + query);
      if (answer.status() == 404) {
        return List.of();
      }
      if (answer.status() == 410 && !next.isEmpty()) {
        all.clear(); // the list took so long that its beginning was forgotten
        next = "";
        continue;
      }
      if (!answer.ok()) {
        throw refused("GET " + path, answer);
      }
      for (JsonNode each : answer.body().path("items")) {
        if (each instanceof ObjectNode object) {
          all.add(object);
        }
      }
      next = answer.body().path("metadata").path("continue").asString("");
      if (next.isEmpty()) {
        return all;
      }
    }
    throw new MangruException(
        ErrorCode.UNAVAILABLE, "the list of " + path + " does not end after " + MAX_PAGES);
  }

  // ---- changing --------------------------------------------------------------------------------

  @Override
  public Eviction evict(PodShape pod, long gracePeriodSeconds) {
    ObjectNode body = JSON.createObjectNode();
    body.put("apiVersion", "policy/v1").put("kind", "Eviction");
    body.putObject("metadata").put("name", pod.name()).put("namespace", pod.namespace());
    ObjectNode options = body.putObject("deleteOptions");
    options.put("gracePeriodSeconds", gracePeriodSeconds);
    if (!pod.uid().isEmpty()) {
      options.putObject("preconditions").put("uid", pod.uid());
    }
    String path =
        "/api/v1/namespaces/%s/pods/%s/eviction"
            .formatted(KubeRest.part(pod.namespace()), KubeRest.part(pod.name()));
    Response answer = rest.write("POST", path, KubeRest.JSON_BODY, body);
    if (answer.ok()) {
      return new Eviction.Accepted();
    }
    return switch (answer.status()) {
      case 404, 409 -> new Eviction.Gone(); // gone, or another pod took the name
      case 429 -> new Eviction.Blocked(answer.message());
      default -> throw refused("POST " + path, answer);
    };
  }

  @Override
  public void change(String node, NodeChange change) {
    String path = "/api/v1/nodes/" + KubeRest.part(node);
    Response last = rest.get(path);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!last.ok()) {
        throw refused("GET " + path, last);
      }
      ObjectNode patch = patch(last.body(), change);
      if (patch.isEmpty()) {
        return;
      }
      patch.withObject("/metadata").put("resourceVersion", last.resourceVersion());
      Response answer = rest.write("PATCH", path + FIELD_MANAGER, KubeRest.MERGE_PATCH, patch);
      if (answer.ok()) {
        return;
      }
      if (answer.status() != 409 || attempt == ATTEMPTS - 1) {
        throw refused("PATCH " + path, answer);
      }
      last = rest.get(path);
    }
  }

  /// What differs; empty when nothing does.
  private static ObjectNode patch(JsonNode node, NodeChange change) {
    ObjectNode patch = JSON.createObjectNode();
    JsonNode annotations = node.path("metadata").path("annotations");
    ObjectNode annotated = JSON.createObjectNode();
    change
        .annotate()
        .forEach((key, value) -> {
          if (!annotations.path(key).asString("").equals(value)) {
            annotated.put(key, value);
          }
        });
    change.removeAnnotations().stream().filter(annotations::has).forEach(annotated::putNull);
    if (!annotated.isEmpty()) {
      patch.putObject("metadata").set("annotations", annotated);
    }
    ArrayNode taints = taints(node.path("spec").path("taints"), change);
    JsonNode before = node.path("spec").path("taints");
    if (!taints.equals(before) && !(taints.isEmpty() && before.isMissingNode())) {
      if (taints.isEmpty()) {
        patch.withObject("/spec").putNull("taints");
      } else {
        patch.withObject("/spec").set("taints", taints);
      }
    }
    Boolean cordon = change.unschedulable();
    if (cordon != null && node.path("spec").path("unschedulable").asBoolean(false) != cordon) {
      if (cordon) {
        patch.withObject("/spec").put("unschedulable", true);
      } else {
        patch.withObject("/spec").putNull("unschedulable");
      }
    }
    return patch;
  }

  private static ArrayNode taints(JsonNode before, NodeChange change) {
    ArrayNode taints = JSON.createArrayNode();
    for (JsonNode each : before) {
      String key = each.path("key").asString("");
      boolean replaced = change.addTaints().stream().anyMatch(taint -> taint.key().equals(key));
      if (!replaced && !change.removeTaints().contains(key)) {
        taints.add(each);
      }
    }
    for (Taint each : change.addTaints()) {
      taints
          .addObject()
          .put("key", each.key())
          .put("value", each.value())
          .put("effect", each.effect());
    }
    return taints;
  }

  // ---- telling ---------------------------------------------------------------------------------

  @Override
  public void event(ClusterEvent event) {
    String namespace = event.namespace().isEmpty() ? "default" : event.namespace();
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    String events = "/api/v1/namespaces/" + KubeRest.part(namespace) + "/events";
    String name =
        event.name()
            + "."
            + String.format(
                Locale.ROOT,
                "%08x",
                Objects.hash(event.kind(), event.uid(), event.reason(), event.message()));
    Response created =
        rest.write(
            "POST", events + FIELD_MANAGER, KubeRest.JSON_BODY, body(event, name, namespace, now));
    if (created.status() != 409) {
      if (!created.ok()) {
        throw refused("POST " + events, created);
      }
      return;
    }
    String path = events + "/" + KubeRest.part(name);
    int count = rest.get(path).body().path("count").asInt(1);
    ObjectNode patch = JSON.createObjectNode().put("count", count + 1).put("lastTimestamp", now);
    Response counted = rest.write("PATCH", path + FIELD_MANAGER, KubeRest.MERGE_PATCH, patch);
    if (!counted.ok()) {
      throw refused("PATCH " + path, counted);
    }
  }

  private static ObjectNode body(ClusterEvent event, String name, String namespace, String now) {
    ObjectNode body = JSON.createObjectNode();
    body.put("apiVersion", "v1").put("kind", "Event");
    body.putObject("metadata").put("name", name).put("namespace", namespace);
    ObjectNode about = body.putObject("involvedObject");
    about.put("apiVersion", "v1").put("kind", event.kind()).put("name", event.name());
    if (!event.namespace().isEmpty()) {
      about.put("namespace", event.namespace());
    }
    if (!event.uid().isEmpty()) {
      about.put("uid", event.uid());
    }
    body.put("type", event.warning() ? "Warning" : "Normal");
    body.put("reason", event.reason()).put("message", event.message()).put("count", 1);
    body.put("firstTimestamp", now).put("lastTimestamp", now);
    body.putObject("source").put("component", COMPONENT);
    body.put("reportingComponent", COMPONENT).put("reportingInstance", "");
    return body;
  }

  // ---- small things ----------------------------------------------------------------------------

  private static MangruException refused(String call, Response answer) {
    ErrorCode code =
        switch (answer.status()) {
          case 403 -> ErrorCode.EXECUTION; // asking again does not help; a role is missing
          case 404 -> ErrorCode.NOT_FOUND;
          default -> ErrorCode.UNAVAILABLE;
        };
    return new MangruException(
        code,
        "the API server refused %s with %d: %s".formatted(call, answer.status(), answer.message()));
  }

  private static String name(JsonNode object) {
    return object.path("metadata").path("name").asString("");
  }

  private static String key(JsonNode object) {
    String namespace = object.path("metadata").path("namespace").asString("");
    return namespace.isEmpty() ? name(object) : namespace + "/" + name(object);
  }

  private static Map<String, String> texts(JsonNode tree) {
    Map<String, String> all = new HashMap<>();
    tree.properties().forEach(each -> all.put(each.getKey(), each.getValue().asString("")));
    return all;
  }
}
