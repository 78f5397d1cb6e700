package dev.mangru.model.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What became of the cases of one area. Confined to one thread.
public final class ConformanceReport {

  private final List<Failure> failures = new ArrayList<>();
  private final Map<String, Integer> skips = new LinkedHashMap<>();
  private int passed;

  /// A case did as expected.
  public void pass() {
    passed++;
  }

  /// A case did something else.
  ///
  /// @param where names the case: file, line, expression
  public void fail(String where, String expected, String got) {
    failures.add(new Failure(where, expected, got));
  }

  /// Cases that nothing here can run yet, and why.
  public void skip(String reason, int count) {
    skips.merge(reason, count, Integer::sum);
  }

  /// How many cases did as expected.
  public int passed() {
    return passed;
  }

  /// The cases that did not.
  public List<Failure> failures() {
    return List.copyOf(failures);
  }

  /// What was not run, one entry for each reason.
  public List<Skip> skips() {
    return skips.entrySet().stream().map(e -> new Skip(e.getKey(), e.getValue())).toList();
  }

  /// How many cases were not run.
  public int skipped() {
    return skips.values().stream().mapToInt(Integer::intValue).sum();
  }

  /// A case that did not do as expected.
  public record Failure(String where, String expected, String got) {}

  /// Cases not run.
  public record Skip(String reason, int count) {}
}
