package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.DeleteOptions;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import java.io.IOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `/eviction`: deletes a pod if its disruption budget allows that (registry
/// `core/pod/storage/eviction.go`). Thread-safe.
final class Evictions {

  private static final String BUDGETS = "policy/poddisruptionbudgets";
  private static final String REFUSED =
      "Cannot evict pod as it would violate the pod's disruption budget.";

  /// Seconds that upstream tells clients to wait while a budget is not up to date.
  private static final int RETRY_SECONDS = 10;

  /// Evicted pods that a budget's controller has not seen go yet (upstream's
  /// `MaxDisruptedPodSize`).
  private static final int MAX_DISRUPTED = 2000;

  private final Registry registry;
  private final InstantSource clock;

  Evictions(Registry registry, InstantSource clock) {
    this.registry = registry;
    this.clock = clock;
  }

  void evict(ResourcePath path, ApiExchange exchange) throws IOException {
    ObjectNode eviction = JsonBodies.object(exchange.body(), exchange.header("Content-Type"));
    String name = eviction.path("metadata").path("name").asString("");
    if (!name.isEmpty() && !name.equals(path.name())) {
      throw KubeApiException.badRequest("name in URL does not match name in Eviction object");
    }
    JsonNode said = eviction.path("deleteOptions");
    boolean dryRun = ObjectRoutes.writeOptions(exchange).dryRun();
    for (JsonNode one : said.path("dryRun")) {
      dryRun |= one.asString("").equals("All");
    }
    DeleteOptions how = ObjectRoutes.deleteOptions(said, dryRun);
    ObjectStore store = registry.store();
    ObjectNode pod = store.get("pods", path.namespace(), path.name());
    if (how.uid() == null) {
      how = how.withUid(pod.path("metadata").path("uid").asString(""));
    }
    if (!ignoresBudget(pod)) {
      spend(path.namespace(), pod, dryRun);
    }
    registry.delete(path.type(), path.namespace(), path.name(), how);
    store.flush();
    exchange.answer(201, Statuses.success(201));
  }

  /// A pod that does not run, or is going anyway, costs no budget.
  private static boolean ignoresBudget(ObjectNode pod) {
    String phase = pod.path("status").path("phase").asString("");
    return phase.equals("Succeeded")
        || phase.equals("Failed")
        || phase.equals("Pending")
        || pod.path("metadata").hasNonNull("deletionTimestamp");
  }

  private void spend(String namespace, ObjectNode pod, boolean dryRun) {
    List<ObjectNode> budgets = new ArrayList<>();
    for (ObjectNode budget : registry.store().list(BUDGETS, namespace).items()) {
      if (budget.path("spec").has("selector")
          && LabelSelector.of(budget.path("spec").path("selector"))
              .matches(pod.path("metadata").path("labels"))) {
        budgets.add(budget);
      }
    }
    if (budgets.size() > 1) {
      throw new KubeApiException(
          500,
          "InternalError",
          "This pod has more than one PodDisruptionBudget, which the eviction subresource does not"
              + " support.",
          null);
    }
    for (ObjectNode budget : budgets) {
      if (!isFreeOfCharge(pod, budget)) {
        String pdb = budget.path("metadata").path("name").asString("");
        String name = pod.path("metadata").path("name").asString("");
        if (dryRun) {
          spent(budget.deepCopy(), name);
        } else {
          registry.store().mutate(BUDGETS, namespace, pdb, present -> spent(present, name));
        }
      }
    }
  }

  /// An unhealthy pod goes without charge if the healthy ones suffice, or if the budget says so
  /// always (`unhealthyPodEvictionPolicy`).
  private static boolean isFreeOfCharge(ObjectNode pod, ObjectNode budget) {
    for (JsonNode condition : pod.path("status").path("conditions")) {
      if (condition.path("type").asString("").equals("Ready")
          && condition.path("status").asString("").equals("True")) {
        return false;
      }
    }
    if (budget.path("spec").path("unhealthyPodEvictionPolicy").asString("").equals("AlwaysAllow")) {
      return true;
    }
    JsonNode status = budget.path("status");
    int desired = status.path("desiredHealthy").asInt(0);
    return desired > 0 && status.path("currentHealthy").asInt(0) >= desired;
  }

  /// Takes one disruption off the budget.
  private ObjectNode spent(ObjectNode budget, String pod) {
    JsonNode status = budget.path("status");
    String name = budget.path("metadata").path("name").asString("");
    if (status.path("observedGeneration").asLong(0)
        < budget.path("metadata").path("generation").asLong(0)) {
      throw refused(
          "The disruption budget " + name + " is still being processed by the server.",
          RETRY_SECONDS);
    }
    int allowed = status.path("disruptionsAllowed").asInt(0);
    if (allowed < 0) {
      throw KubeApiException.forbidden(BUDGETS, name, "pdb disruptions allowed is negative");
    }
    if (status.path("disruptedPods").size() > MAX_DISRUPTED) {
      throw KubeApiException.forbidden(
          BUDGETS,
          name,
          "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
    }
    if (allowed == 0) {
      throw refused(
          "The disruption budget %s needs %d healthy pods and has %d currently"
              .formatted(
                  name,
                  status.path("desiredHealthy").asInt(0),
                  status.path("currentHealthy").asInt(0)),
          0);
    }
    ObjectNode next = budget.withObject("/status");
    next.put("disruptionsAllowed", allowed - 1);
    next.withObject("/disruptedPods")
        .put(pod, clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    return budget;
  }

  private static KubeApiException refused(String why, int retryAfterSeconds) {
    return KubeApiException.tooManyRequests(
        REFUSED,
        retryAfterSeconds,
        List.of(new KubeApiException.Cause("DisruptionBudget", why, "")));
  }
}
