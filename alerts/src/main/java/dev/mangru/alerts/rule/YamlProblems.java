package dev.mangru.alerts.rule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.Node;

/// Gathers what is wrong in a document while it is read, and bounds how much of it is read.
/// Confined to one thread.
public final class YamlProblems {

  /// Most errors that are kept; more help nobody.
  public static final int MAX_ERRORS = 200;

  /// Most nodes that are looked at, each alias counted as what it stands for. Chosen: 20 times a
  /// file of 10,000 rules.
  private static final int MAX_NODES = 2_000_000;

  private final List<RuleFileError> errors = new ArrayList<>();
  private int nodes;

  /// Nothing wrong yet.
  public YamlProblems() {}

  /// Writes down a problem at the start of `node`.
  public void at(Node node, String message) {
    at(node.getStartMark(), message);
  }

  /// Writes down a problem at a place of the file.
  public void at(@Nullable Mark mark, String message) {
    add(mark == null ? 0 : mark.getLine() + 1, mark == null ? 0 : mark.getColumn() + 1, message);
  }

  /// Writes down a problem.
  public void add(int line, int column, String message) {
    if (errors.size() < MAX_ERRORS) {
      errors.add(new RuleFileError(line, column, message));
    }
  }

  /// Whether another node may be looked at; writes down once that there are too many.
  boolean mayLookAt(Node node) {
    nodes++;
    if (nodes == MAX_NODES) {
      at(node, "more than " + MAX_NODES + " nodes, aliases expanded: split the file");
    }
    return nodes < MAX_NODES;
  }

  /// Whether nothing is wrong.
  public boolean isEmpty() {
    return errors.isEmpty();
  }

  /// Everything so far, in the order of the file.
  public List<RuleFileError> sorted() {
    return errors.stream()
        .sorted(
            Comparator.comparingInt(RuleFileError::line).thenComparingInt(RuleFileError::column))
        .toList();
  }
}
