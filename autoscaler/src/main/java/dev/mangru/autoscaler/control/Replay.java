package dev.mangru.autoscaler.control;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.mangru.model.scale.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Puts everything that a decision needed into its record, and takes it out again: the same
/// decision can be taken from the record alone.
public final class Replay {

  /// The name of the input that holds it; not meant for people.
  public static final String SNAPSHOT = "snapshot";

  private static final String FACT = "input";

  private static final JsonMapper JSON = mapper();

  private Replay() {}

  /// One of several kinds: its name goes with it.
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "is")
  private interface Kind {}

  /// Writes and reads the records of this package.
  public static JsonMapper mapper() {
    return JsonMapper.builder()
        .addMixIn(ScaleReading.class, Kind.class)
        .addMixIn(MetricReading.class, Kind.class)
        .addMixIn(MetricSpec.class, Kind.class)
        .build();
  }

  /// `decision` with everything that `input` holds.
  static Decision keep(Decision decision, HpaInput input) {
    List<Decision.Input> all = new ArrayList<>(decision.inputs());
    all.add(
        new Decision.Input(
            SNAPSHOT,
            null,
            "",
            null,
            null,
            null,
            false,
            input.now(),
            Map.of(),
            Map.of(FACT, JSON.writeValueAsString(input)),
            null,
            "everything that was known, to decide again"));
    return with(decision, all);
  }

  private static Decision with(Decision decision, List<Decision.Input> inputs) {
    return new Decision(
        decision.time(),
        decision.kind(),
        decision.cluster(),
        decision.namespace(),
        decision.name(),
        decision.target(),
        decision.outcome(),
        decision.current(),
        decision.desired(),
        decision.summary(),
        decision.reason(),
        inputs,
        decision.clamps(),
        decision.calls(),
        decision.took());
  }

  /// `decision` as people read it, without what only [#again] needs.
  public static Decision withoutSnapshot(Decision decision) {
    if (decision.inputs().stream().noneMatch(each -> each.name().equals(SNAPSHOT))) {
      return decision;
    }
    return with(
        decision,
        decision.inputs().stream().filter(each -> !each.name().equals(SNAPSHOT)).toList());
  }

  /// What a decision was taken from; null if the record does not hold it.
  public static @Nullable HpaInput input(Decision decision) {
    for (Decision.Input each : decision.inputs()) {
      String kept = each.name().equals(SNAPSHOT) ? each.facts().get(FACT) : null;
      if (kept != null) {
        return JSON.readValue(kept, HpaInput.class);
      }
    }
    return null;
  }

  /// The decision taken again from the record alone; null if the record does not hold what it
  /// takes.
  public static @Nullable HpaOutcome again(Decision decision) {
    HpaInput input = input(decision);
    return input == null ? null : Decide.decide(input);
  }
}
