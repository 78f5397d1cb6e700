package dev.mangru.model.scale;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One look at one thing that scales: what was known, what followed from it, what was done.
///
/// The record alone answers “why?” and “why not?”: every number that played a part is in it.
///
/// @param time of the decision
/// @param kind what scales
/// @param cluster the cluster's name; `playground` is the one inside Mangru
/// @param namespace of the autoscaler; empty for nodes
/// @param name of the HorizontalPodAutoscaler, or of the node group; `*` for nodes as a whole
/// @param target what is scaled, such as `Deployment/web`
/// @param outcome what became of it
/// @param current replicas or nodes before
/// @param desired replicas or nodes wanted
/// @param summary one sentence for people
/// @param reason the field's own word for it, such as `ScaleDownStabilized`
/// @param inputs what was known, in the order looked at
/// @param clamps what moved the number, in the order applied
/// @param calls what was asked of the cluster, in order
/// @param took from the first input to the last call
public record Decision(
    Instant time,
    Kind kind,
    String cluster,
    String namespace,
    String name,
    String target,
    Outcome outcome,
    int current,
    int desired,
    String summary,
    String reason,
    List<Input> inputs,
    List<Clamp> clamps,
    List<ApiCall> calls,
    Duration took) {

  public Decision {
    inputs = List.copyOf(inputs);
    clamps = List.copyOf(clamps);
    calls = List.copyOf(calls);
  }

  /// What scales.
  public enum Kind {
    /// Replicas of a workload.
    WORKLOAD,
    /// Nodes of a group.
    NODES
  }

  /// What became of a decision.
  public enum Outcome {
    /// The number was changed.
    SCALED,
    /// Nothing had to change, or something held it.
    HELD,
    /// Nothing could be decided, for want of an input.
    CANNOT_TELL,
    /// A change was wanted and the cluster did not take it.
    FAILED,
    /// A change was wanted, and Mangru only watches here.
    OBSERVED
  }

  /// Something that was known.
  ///
  /// @param name such as `cpu resource utilization (percentage of request)` or `pending pods`
  /// @param value in `unit`; null if there is none
  /// @param unit such as `percent`, `cores`, `bytes`, `pods`; empty for a bare number
  /// @param target what the value is compared with, in `unit`; null if with nothing
  /// @param ratio value over target; null likewise
  /// @param proposal the number that this input alone asks for; null if none
  /// @param chosen whether the decision follows this input
  /// @param measuredAt when the value was true; null if unknown
  /// @param members names by group, such as `ready`, `unready`, `missing`, `ignored` pods
  /// @param facts further exact values by name, enough to compute the proposal again
  /// @param problem why there is no value; null if there is one
  /// @param reason in words, why this proposal
  public record Input(
      String name,
      @Nullable Double value,
      String unit,
      @Nullable Double target,
      @Nullable Double ratio,
      @Nullable Integer proposal,
      boolean chosen,
      @Nullable Instant measuredAt,
      Map<String, List<String>> members,
      Map<String, String> facts,
      @Nullable String problem,
      String reason) {

    public Input {
      Map<String, List<String>> copy = new TreeMap<>();
      members.forEach((group, names) -> copy.put(group, List.copyOf(names)));
      members = Collections.unmodifiableMap(copy);
      facts = Collections.unmodifiableMap(new TreeMap<>(facts));
    }
  }

  /// Something that held the number, or left it.
  ///
  /// @param rule such as `tolerance`, `stabilization`, `scale-up rate`, `maxReplicas`
  /// @param before the number that went in
  /// @param after the number that came out
  /// @param reason in words, with the entry or the policy that decided
  public record Clamp(String rule, int before, int after, String reason) {}

  /// Something asked of the cluster or of a node provider.
  ///
  /// @param call verb and path, such as `PUT deployments/web/scale`
  /// @param done whether it was done
  /// @param answer what came back, in words
  public record ApiCall(String call, boolean done, String answer) {}

  /// Whether anything was changed or should have been.
  public boolean change() {
    return current != desired && outcome != Outcome.HELD && outcome != Outcome.CANNOT_TELL;
  }

  /// The same with one more call.
  public Decision withCall(ApiCall call, Outcome became) {
    List<ApiCall> all = new ArrayList<>(calls);
    all.add(call);
    return new Decision(
        time, kind, cluster, namespace, name, target, became, current, desired, summary, reason,
        inputs, clamps, all, took);
  }
}
