package dev.mangru.model.disk;

import java.util.List;

/// What a check of a data directory found.
///
/// @param checked what was looked at, in words: `12 blocks, 3,400 series`
/// @param problems bytes that cannot be right; each names file, offset, expected and found
public record CheckReport(List<String> checked, List<String> problems) {

  public CheckReport {
    checked = List.copyOf(checked);
    problems = List.copyOf(problems);
  }

  /// Whether nothing is wrong.
  public boolean sound() {
    return problems.isEmpty();
  }
}
