package dev.mangru.alerts.unit;

import java.util.List;

/// What became of a file of unit tests.
///
/// @param groups groups of tests that ran
/// @param checks expectations that were compared
/// @param failures what is not as expected, or does not work
public record RuleTestResult(int groups, int checks, List<String> failures) {

  public RuleTestResult {
    failures = List.copyOf(failures);
  }

  /// Whether everything is as expected.
  public boolean passed() {
    return failures.isEmpty();
  }
}
