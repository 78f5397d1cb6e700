package dev.mangru.model.alert;

import dev.mangru.model.metric.Labels;
import java.time.Instant;
import java.util.List;

/// What is known of rules and alerts. Thread-safe; answers from memory.
public interface AlertBook {

  /// All groups, by file and name.
  List<RuleGroupStatus> groups();

  /// Files that do not load, with what is wrong; an earlier version of such a file goes on running.
  List<FileProblem> problems();

  /// What changed between two times, newest first.
  ///
  /// @param from inclusive
  /// @param to exclusive
  /// @param limit at most so many
  List<Transition> transitions(Instant from, Instant to, int limit);

  /// Something wrong in a rule file.
  ///
  /// @param line from 1; 0 if unknown
  /// @param column from 1; 0 if unknown
  record FileProblem(String file, int line, int column, String message) {}

  /// An alert that changed its state.
  record Transition(
      Instant at,
      Labels labels,
      Labels annotations,
      AlertState from,
      AlertState to,
      double value) {}
}
