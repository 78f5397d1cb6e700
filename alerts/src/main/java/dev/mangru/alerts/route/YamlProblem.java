package dev.mangru.alerts.route;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.scanner.ScannerException;

/// Says what is wrong with a text that is not YAML in the words of libyaml, which upstream uses.
/// Both parsers come from one ancestor, so their problems are the same and only the words differ.
final class YamlProblem {

  /// What SnakeYAML says begins with the first; libyaml says the second.
  private record Translation(String context, String problem, String words) {}

  private static final List<Translation> WORDS =
      List.of(
          new Translation(
              "while parsing a block mapping", "expected <block end>", "did not find expected key"),
          new Translation(
              "while parsing a block collection",
              "expected <block end>",
              "did not find expected '-' indicator"),
          new Translation("", "expected ',' or ']'", "did not find expected ',' or ']'"),
          new Translation("", "expected ',' or '}'", "did not find expected ',' or '}'"),
          new Translation(
              "while parsing a flow node",
              "expected the node content",
              "did not find expected node content"),
          new Translation(
              "while parsing a block node",
              "expected the node content",
              "did not find expected node content"),
          new Translation(
              "",
              "mapping values are not allowed",
              "mapping values are not allowed in this context"),
          new Translation(
              "", "expected '<document start>'", "did not find expected <document start>"),
          new Translation("", "found unexpected end of stream", "found unexpected end of stream"),
          new Translation("", "could not find expected ':'", "could not find expected ':'"));

  private YamlProblem() {}

  static String words(YAMLException e) {
    if (!(e instanceof MarkedYAMLException marked)) {
      return "yaml: " + e.getMessage();
    }
    String problem = text(marked.getProblem());
    if (problem.startsWith("found undefined alias ")) {
      return "yaml: unknown anchor '"
          + problem.substring("found undefined alias ".length())
          + "' referenced";
    }
    return "yaml: " + where(marked) + words(text(marked.getContext()), problem);
  }

  private static String words(String context, String problem) {
    for (Translation each : WORDS) {
      if (context.startsWith(each.context) && problem.startsWith(each.problem)) {
        return each.words;
      }
    }
    if (problem.startsWith("found character") && problem.contains("cannot start any token")) {
      return "found character that cannot start any token";
    }
    return problem;
  }

  /// libyaml counts lines from 0 and adds one only to what its scanner finds.
  private static String where(MarkedYAMLException e) {
    Mark problem = e.getProblemMark();
    Mark context = e.getContextMark();
    int line = 0;
    if (problem != null && problem.getLine() != 0) {
      line = problem.getLine() + (e instanceof ScannerException ? 1 : 0);
    } else if (context != null) {
      line = context.getLine();
    }
    return line == 0 ? "" : "line " + line + ": ";
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
