package dev.mangru.model.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A group of rules that are evaluated one after the other.
///
/// @param name unique in its file
/// @param file where it is written
/// @param interval between evaluations
/// @param limit of series or alerts per rule; 0 for none
/// @param queryOffset how far back rules look
/// @param lastEvaluation when the last one began; null before the first
/// @param evaluationTime how long the last one took
/// @param missed evaluations that were skipped because an earlier one was still running
/// @param rules in order
public record RuleGroupStatus(
    String name,
    String file,
    Duration interval,
    int limit,
    Duration queryOffset,
    @Nullable Instant lastEvaluation,
    Duration evaluationTime,
    long missed,
    List<RuleStatus> rules) {
  public RuleGroupStatus {
    rules = List.copyOf(rules);
  }
}
