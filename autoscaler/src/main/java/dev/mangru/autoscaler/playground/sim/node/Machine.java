package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A machine of a node group, from asking for it to its end.
///
/// @param number over all groups, from 0; gives the machine its addresses
/// @param name of its node
/// @param created when it was asked for
/// @param next when it joins, fails or is gone; what, the state says
/// @param failed why it will never join; empty while nothing is wrong
record Machine(
    int number,
    String group,
    String name,
    Instance.State state,
    Instant created,
    Instant next,
    String failed) {

  /// As a node's `spec.providerID` says it.
  String id() {
    return "playground://" + group + "/" + name;
  }

  boolean hasFailed() {
    return !failed.isEmpty();
  }

  /// Counts towards the target size.
  boolean wanted() {
    return state != Instance.State.DELETING;
  }

  /// Was there from the beginning: its node is ready as soon as it is there, so that no pod seems
  /// to lack nodes in the first seconds.
  boolean isFirst() {
    return created.equals(next);
  }

  Machine in(Instance.State newState, Instant until) {
    return new Machine(number, group, name, newState, created, until, failed);
  }

  Machine broken(String why) {
    return new Machine(number, group, name, state, created, next, why);
  }

  ObjectNode json() {
    return Fields.newObject()
        .put("number", number)
        .put("name", name)
        .put("state", state.name())
        .put("created", created.toString())
        .put("next", next.toString())
        .put("failed", failed);
  }

  static Machine read(String group, JsonNode json) {
    Instant created = Fields.time(json, "created");
    Instant next = Fields.time(json, "next");
    return new Machine(
        Fields.number(json, "number"),
        group,
        Fields.text(json, "name"),
        Instance.State.valueOf(Fields.text(json, "state")),
        created == null ? Instant.EPOCH : created,
        next == null ? Instant.EPOCH : next,
        Fields.text(json, "failed"));
  }
}
