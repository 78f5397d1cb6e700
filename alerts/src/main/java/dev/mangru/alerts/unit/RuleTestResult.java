package dev.mangru.alerts.unit;

import java.util.List;

/// What became of a file of unit tests.
///
/// @param groups groups of tests that ran
/// @param checks expectations that were compared
/// @param failures what is not as expected, or does not work
/// @param unsupported what could not be compared because nothing here can do it, and why
public record RuleTestResult(
    int groups, int checks, List<String> failures, List<String> unsupported) {

  public RuleTestResult {
    failures = List.copyOf(failures);
    unsupported = List.copyOf(unsupported);
  }

  /// Whether everything is as expected.
  public boolean passed() {
    return failures.isEmpty() && unsupported.isEmpty();
  }
}
