package dev.mangru.alerts.unit;

import java.util.List;
import java.util.Set;

/// How unit tests are run.
///
/// @param run RE2 expressions, one of which must be found in the name of a group; empty for all
/// @param ignoreUnknownFields whether fields of rule files that nobody knows are passed over
/// @param features what of PromQL is switched on, see [RuleTestKit#query]
public record RuleTestOptions(List<String> run, boolean ignoreUnknownFields, Set<String> features) {

  /// What promtool's command line switches on.
  public static final Set<String> USUAL_FEATURES =
      Set.of("EnableAtModifier", "EnableNegativeOffset");

  public RuleTestOptions {
    run = List.copyOf(run);
    features = Set.copyOf(features);
  }

  /// All groups, strictly.
  public static RuleTestOptions defaults() {
    return new RuleTestOptions(List.of(), false, USUAL_FEATURES);
  }
}
