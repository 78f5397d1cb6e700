package dev.mangru.autoscaler.control;

import dev.mangru.model.scale.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What follows from an [HpaInput].
///
/// @param status to write; if there is a rescale, as it stands before the target is written
/// @param rescale null if the target stays as it is
/// @param events to tell, in order
/// @param memory to keep
/// @param verdict whether a number could be told: HELD or CANNOT_TELL; SCALED if there is a rescale
/// @param wanted the number before limits, or the current one if none could be told
/// @param reason of the condition that decided
/// @param summary one sentence for people
/// @param inputs for the record
/// @param clamps for the record
public record HpaOutcome(
    HpaStatus status,
    @Nullable Rescale rescale,
    List<HpaEvent> events,
    HpaMemory memory,
    Decision.Outcome verdict,
    int wanted,
    String reason,
    String summary,
    List<Decision.Input> inputs,
    List<Decision.Clamp> clamps) {

  public HpaOutcome {
    events = List.copyOf(events);
    inputs = List.copyOf(inputs);
    clamps = List.copyOf(clamps);
  }

  /// A write of the target's scale.
  ///
  /// @param why as the event words it
  public record Rescale(int from, int to, String why) {}

  /// What is left to write once the target was written, or was not.
  public record Settled(HpaStatus status, HpaEvent event, HpaMemory memory) {}
}
