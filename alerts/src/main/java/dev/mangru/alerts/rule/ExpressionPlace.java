package dev.mangru.alerts.rule;

import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/// Where in a file an error of an expression lies: the parser knows the place in the expression,
/// the document knows where the expression begins.
///
/// @param line in the file, from 1
/// @param column in the file, from 1
record ExpressionPlace(int line, int column) {

  /// The place of `error`, which begins with `line:column:`. Where folding or escapes hide it, the
  /// expression's own beginning.
  static ExpressionPlace of(Node expression, String text, String error) {
    int startLine = expression.getStartMark().getLine() + 1;
    int startColumn = expression.getStartMark().getColumn() + 1;
    ExpressionPlace start = new ExpressionPlace(startLine, startColumn);
    int[] inside = leadingPosition(error);
    if (inside.length == 0 || !(expression instanceof ScalarNode scalar)) {
      return start;
    }
    boolean oneLine = expression.getEndMark().getLine() == expression.getStartMark().getLine();
    ScalarStyle style = scalar.getScalarStyle();
    if (style == ScalarStyle.LITERAL) {
      int line = startLine + inside[0];
      return new ExpressionPlace(line, indentation(text, startLine + 1) + inside[1]);
    }
    if (style == ScalarStyle.PLAIN && oneLine) {
      return new ExpressionPlace(startLine, startColumn + inside[1] - 1);
    }
    if (style == ScalarStyle.SINGLE_QUOTED && oneLine && scalar.getValue().indexOf('\'') < 0) {
      return new ExpressionPlace(startLine, startColumn + inside[1]);
    }
    if (style == ScalarStyle.DOUBLE_QUOTED
        && oneLine
        && expression.getEndMark().getColumn() - startColumn - 1 == scalar.getValue().length()) {
      return new ExpressionPlace(startLine, startColumn + inside[1]);
    }
    return start;
  }

  /// The two numbers that `line:column:` begins with, or none.
  private static int[] leadingPosition(String error) {
    int first = error.indexOf(':');
    int second = first < 0 ? -1 : error.indexOf(':', first + 1);
    if (second < 0) {
      return new int[0];
    }
    try {
      return new int[] {
        Integer.parseInt(error, 0, first, 10), Integer.parseInt(error, first + 1, second, 10)
      };
    } catch (NumberFormatException _) {
      return new int[0];
    }
  }

  /// Blanks at the beginning of a line of the file: those of a block's first line are not part of
  /// any of its lines.
  private static int indentation(String text, int line) {
    int at = 0;
    for (int i = 1; i < line; i++) {
      int end = text.indexOf('\n', at);
      if (end < 0) {
        return 0;
      }
      at = end + 1;
    }
    int blanks = 0;
    while (at + blanks < text.length() && text.charAt(at + blanks) == ' ') {
      blanks++;
    }
    return blanks;
  }
}
