package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The deployment controller: replica sets, one for each template, and the rollout from one to the
/// next (upstream `pkg/controller/deployment`).
final class Deployments {

  static final String REVISION = "deployment.kubernetes.io/revision";

  private static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
  private static final String MOST = "deployment.kubernetes.io/max-replicas";
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
  private static final String COMPONENT = "deployment-controller";
  private static final int HISTORY = 10;

  private final Cluster cluster;
  private final Events events;

  Deployments(Cluster cluster, Events events) {
    this.cluster = cluster;
    this.events = events;
  }

  void run(Instant now) {
    List<ObjectNode> deployments = cluster.list(Kinds.DEPLOYMENTS);
    if (deployments.isEmpty()) {
      return;
    }
    Map<String, List<ObjectNode>> sets = Pods.byController(cluster.list(Kinds.REPLICA_SETS));
    for (ObjectNode deployment : deployments) {
      List<ObjectNode> own = new ArrayList<>(sets.getOrDefault(Fields.uid(deployment), List.of()));
      own.sort(
          Comparator.comparing(
                  (ObjectNode set) -> Fields.text(set, "metadata", "creationTimestamp"))
              .thenComparing(Fields::name));
      sync(deployment, own, now);
    }
  }

  private void sync(ObjectNode deployment, List<ObjectNode> sets, Instant now) {
    Rollout rollout = new Rollout(deployment, sets);
    if (Fields.deleting(deployment)) {
      new DeploymentStatus(cluster, events).write(rollout, now);
      return;
    }
    boolean paused = Fields.flag(deployment, "spec", "paused");
    if (paused) {
      scale(rollout, now);
    } else if (scalingEvent(rollout)) {
      scale(rollout, now);
    } else {
      if (Fields.text(deployment, "spec", "strategy", "type").equals("Recreate")) {
        recreate(rollout, now);
      } else {
        rolling(rollout, now);
      }
      cleanUp(rollout);
    }
    new DeploymentStatus(cluster, events).write(rollout, now);
  }

  private static boolean scalingEvent(Rollout rollout) {
    for (ObjectNode set : rollout.sets()) {
      String desired = Fields.annotation(set, DESIRED);
      if (Rollout.replicas(set) > 0
          && !desired.isEmpty()
          && !desired.equals(Integer.toString(rollout.wanted()))) {
        return true;
      }
    }
    return false;
  }

  // ---- the newest replica set
  // ------------------------------------------------------------------

  /// Finds or makes the replica set of the present template and gives it the newest revision.
  private @Nullable ObjectNode newest(Rollout rollout, Instant now) {
    int revision = 1;
    for (ObjectNode old : rollout.older()) {
      revision = Math.max(revision, revision(old) + 1);
    }
    ObjectNode present = rollout.newest();
    if (present != null) {
      if (revision(present) < revision) {
        int next = revision;
        rollout.replace(
            present,
            cluster.change(
                Kinds.REPLICA_SETS,
                present,
                set -> annotations(set).put(REVISION, Integer.toString(next))));
      }
      annotateDeployment(rollout);
      return rollout.newest();
    }
    ObjectNode made = create(rollout, revision, now);
    if (made != null) {
      rollout.add(made);
      annotateDeployment(rollout);
    }
    return made;
  }

  private @Nullable ObjectNode create(Rollout rollout, int revision, Instant now) {
    ObjectNode deployment = rollout.deployment();
    String hash = TemplateHash.of(Fields.at(deployment, "spec", "template"));
    ObjectNode set =
        Fields.newObject(
            "apps/v1",
            "ReplicaSet",
            Fields.namespace(deployment),
            Fields.name(deployment) + "-" + hash);
    ObjectNode labels =
        Fields.at(deployment, "spec", "template", "metadata", "labels") instanceof ObjectNode own
            ? own.deepCopy()
            : Fields.newObject();
    labels.put(TemplateHash.LABEL, hash);
    ObjectNode metadata = Fields.object(set, "metadata");
    metadata.set("labels", labels);
    copyAnnotations(deployment, set);
    annotations(set).put(REVISION, Integer.toString(revision));
    Fields.own(set, deployment, "apps/v1", "Deployment");
    ObjectNode spec = set.putObject("spec");
    int replicas = rollout.roomForNewest();
    spec.put("replicas", replicas);
    Fields.putUnlessZero(
        spec, "minReadySeconds", Fields.number(deployment, "spec", "minReadySeconds"));
    ObjectNode selector =
        Fields.at(deployment, "spec", "selector") instanceof ObjectNode own
            ? own.deepCopy()
            : Fields.newObject();
    Fields.object(selector, "matchLabels").put(TemplateHash.LABEL, hash);
    spec.set("selector", selector);
    JsonNode template = Fields.at(deployment, "spec", "template").deepCopy();
    if (template instanceof ObjectNode own) {
      Fields.object(own, "metadata", "labels").put(TemplateHash.LABEL, hash);
    }
    spec.set("template", template);
    spread(set, rollout);
    ObjectNode made = cluster.create(Kinds.REPLICA_SETS, set);
    if (made == null) {
      events.warning(
          deployment,
          COMPONENT,
          "ReplicaSetCreateError",
          "Failed to create new replica set \"" + Fields.name(set) + "\": the name is taken",
          now);
    } else if (replicas > 0) {
      scaled(deployment, made, 0, replicas, now);
    }
    return made;
  }

  private static int revision(ObjectNode object) {
    return wholeNumber(Fields.annotation(object, REVISION));
  }

  private static int wholeNumber(String text) {
    try {
      return text.isEmpty() ? 0 : Integer.parseInt(text);
    } catch (NumberFormatException _) {
      // Someone else wrote there; the controller's next write replaces it.
      return 0;
    }
  }

  private static ObjectNode annotations(ObjectNode object) {
    return Fields.object(object, "metadata", "annotations");
  }

  private static void copyAnnotations(ObjectNode from, ObjectNode to) {
    Fields.at(from, "metadata", "annotations")
        .forEachEntry((name, value) -> {
          if (!name.equals(LAST_APPLIED) && !name.startsWith("deployment.kubernetes.io/")) {
            annotations(to).set(name, value);
          }
        });
  }

  private void annotateDeployment(Rollout rollout) {
    ObjectNode newest = rollout.newest();
    if (newest == null) {
      return;
    }
    String revision = Fields.annotation(newest, REVISION);
    if (!Fields.annotation(rollout.deployment(), REVISION).equals(revision)) {
      cluster.change(
          Kinds.DEPLOYMENTS,
          rollout.deployment(),
          deployment -> annotations(deployment).put(REVISION, revision));
    }
  }

  /// Writes on a replica set how large the whole deployment is to be; a difference means scaling.
  private static void spread(ObjectNode set, Rollout rollout) {
    annotations(set)
        .put(DESIRED, Integer.toString(rollout.wanted()))
        .put(MOST, Integer.toString(rollout.wanted() + rollout.surge()));
  }

  // ---- strategies
  // ------------------------------------------------------------------------------

  private void recreate(Rollout rollout, Instant now) {
    boolean down = false;
    for (ObjectNode old : rollout.older()) {
      down |= Rollout.replicas(old) > 0;
      resize(rollout, old, 0, now);
    }
    if (down
        || rollout.older().stream().anyMatch(set -> Fields.number(set, "status", "replicas") > 0)) {
      return;
    }
    ObjectNode newest = newest(rollout, now);
    if (newest != null) {
      resize(rollout, newest, rollout.wanted(), now);
    }
  }

  private void rolling(Rollout rollout, Instant now) {
    ObjectNode newest = newest(rollout, now);
    if (newest == null) {
      return;
    }
    int before = Rollout.replicas(newest);
    if (before > rollout.wanted()) {
      resize(rollout, newest, rollout.wanted(), now);
    } else if (before < rollout.wanted()) {
      resize(rollout, newest, before + rollout.roomForNewest(), now);
    }
    if (Rollout.replicas(newest) != before) {
      return;
    }
    int older = rollout.older().stream().mapToInt(Rollout::replicas).sum();
    if (older == 0) {
      resize(rollout, newest, before, now);
      return;
    }
    int unavailableNew = before - Fields.number(newest, "status", "availableReplicas");
    int may = rollout.total() - (rollout.wanted() - rollout.maxUnavailable()) - unavailableNew;
    if (may <= 0) {
      return;
    }
    int unhealthy = cleanUpUnhealthy(rollout, may, now);
    scaleDownOlder(rollout, may - unhealthy, now);
  }

  /// Pods of older sets that are not available go first: they cost nothing.
  private int cleanUpUnhealthy(Rollout rollout, int may, Instant now) {
    int done = 0;
    for (ObjectNode old : rollout.older()) {
      int replicas = Rollout.replicas(old);
      int unavailable = replicas - Fields.number(old, "status", "availableReplicas");
      int count = Math.min(may - done, unavailable);
      if (replicas > 0 && count > 0) {
        resize(rollout, old, replicas - count, now);
        done += count;
      }
    }
    return done;
  }

  private void scaleDownOlder(Rollout rollout, int may, Instant now) {
    int available = rollout.available();
    int count = Math.min(may, available - (rollout.wanted() - rollout.maxUnavailable()));
    for (ObjectNode old : rollout.older()) {
      int replicas = Rollout.replicas(old);
      int down = Math.min(replicas, count);
      if (down > 0) {
        resize(rollout, old, replicas - down, now);
        count -= down;
      }
    }
  }

  // ---- scaling
  // ---------------------------------------------------------------------------------

  private void scale(Rollout rollout, Instant now) {
    List<ObjectNode> active =
        rollout.sets().stream().filter(set -> Rollout.replicas(set) > 0).toList();
    if (active.size() <= 1) {
      ObjectNode only = active.isEmpty() ? rollout.newest() : active.getFirst();
      if (only != null) {
        resize(rollout, only, rollout.wanted(), now);
      }
      return;
    }
    ObjectNode newest = rollout.newest();
    if (newest != null
        && Rollout.replicas(newest) == rollout.wanted()
        && Fields.number(newest, "status", "availableReplicas") == rollout.wanted()) {
      for (ObjectNode old : rollout.older()) {
        resize(rollout, old, 0, now);
      }
      return;
    }
    proportional(rollout, active, now);
  }

  /// In the middle of a rollout every active set gets its share of the change.
  private void proportional(Rollout rollout, List<ObjectNode> active, Instant now) {
    int total = active.stream().mapToInt(Rollout::replicas).sum();
    int most = rollout.wanted() > 0 ? rollout.wanted() + rollout.surge() : 0;
    int change = most - total;
    List<ObjectNode> order = new ArrayList<>(active);
    Comparator<ObjectNode> bySize = Comparator.comparingInt(set -> -Rollout.replicas(set));
    if (change > 0) {
      order = order.reversed();
    }
    order = new ArrayList<>(order);
    order.sort(bySize);
    Map<ObjectNode, Integer> sizes = new HashMap<>();
    int done = 0;
    for (ObjectNode set : order) {
      int share = change == 0 ? 0 : share(rollout, set, change, done);
      sizes.put(set, Rollout.replicas(set) + share);
      done += share;
    }
    for (int i = 0; i < order.size(); i++) {
      ObjectNode set = order.get(i);
      int size = sizes.getOrDefault(set, 0) + (i == 0 ? change - done : 0);
      resize(rollout, set, Math.max(0, size), now);
    }
  }

  private static int share(Rollout rollout, ObjectNode set, int change, int done) {
    int left = change - done;
    int replicas = Rollout.replicas(set);
    int fraction;
    if (rollout.wanted() == 0) {
      fraction = -replicas;
    } else {
      int most = Math.max(wholeNumber(Fields.annotation(set, MOST)), 0);
      double before =
          Math.max(1, most == 0 ? Fields.number(rollout.deployment(), "status", "replicas") : most);
      fraction =
          (int) Math.rint(replicas * (rollout.wanted() + rollout.surge()) / before) - replicas;
    }
    return change > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
  }

  /// Gives a set another size, and writes down what the deployment's size is.
  private void resize(Rollout rollout, ObjectNode set, int replicas, Instant now) {
    int before = Rollout.replicas(set);
    boolean marked =
        Fields.annotation(set, DESIRED).equals(Integer.toString(rollout.wanted()))
            && Fields.annotation(set, MOST)
                .equals(Integer.toString(rollout.wanted() + rollout.surge()));
    if (before == replicas && marked) {
      return;
    }
    ObjectNode after =
        cluster.change(
            Kinds.REPLICA_SETS,
            set,
            copy -> {
              Fields.object(copy, "spec").put("replicas", replicas);
              spread(copy, rollout);
            });
    rollout.replace(set, after);
    if (before != replicas) {
      scaled(rollout.deployment(), set, before, replicas, now);
    }
  }

  private void scaled(ObjectNode deployment, ObjectNode set, int from, int to, Instant now) {
    events.normal(
        deployment,
        COMPONENT,
        "ScalingReplicaSet",
        "Scaled "
            + (to > from ? "up" : "down")
            + " replica set "
            + Fields.name(set)
            + " from "
            + from
            + " to "
            + to,
        now);
  }

  /// Removes the oldest empty sets beyond the history limit, once the rollout is complete.
  private void cleanUp(Rollout rollout) {
    if (!rollout.complete()) {
      return;
    }
    int limit = Fields.numberOr(HISTORY, rollout.deployment(), "spec", "revisionHistoryLimit");
    List<ObjectNode> empty =
        rollout.older().stream()
            .filter(
                set -> Rollout.replicas(set) == 0 && Fields.number(set, "status", "replicas") == 0)
            .sorted(Comparator.comparingInt(Deployments::revision))
            .toList();
    for (int i = 0; i < empty.size() - limit; i++) {
      cluster.delete(Kinds.REPLICA_SETS, empty.get(i), DeleteOptions.defaults());
    }
  }
}
