package dev.mangru.alerts.rule;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rules that are evaluated one after the other at the same times.
///
/// @param name unique in its file
/// @param interval between evaluations; null for the default
/// @param queryOffset how far in the past expressions are evaluated; null for the default
/// @param limit most series or alerts that one rule may give; 0 for no limit
/// @param rules in order
public record RuleGroup(
    String name,
    @Nullable Duration interval,
    @Nullable Duration queryOffset,
    int limit,
    List<Rule> rules) {

  public RuleGroup {
    rules = List.copyOf(rules);
  }
}
