package dev.mangru.tsdb.promql;

/// What is wrong with an expression, and where.
///
/// @param position in UTF-16 units of the expression
public record SyntaxError(Position position, String message) {

  /// With line and column, as Prometheus writes it: `1:4: parse error: unexpected end of input`.
  public String describe(String expression) {
    String place =
        expression.isEmpty() ? "unknown position" : lineAndColumn(expression, position.start());
    return place + ": parse error: " + message;
  }

  /// `line:column` of a UTF-16 unit of an expression, both from 1; columns count UTF-8 bytes.
  public static String lineAndColumn(String expression, int index) {
    return GoText.lineAndColumn(expression, index);
  }

  /// Where the error begins, in UTF-8 bytes of the expression.
  public int startByte(String expression) {
    return GoText.byteOffset(expression, position.start());
  }

  /// Where the error ends, in UTF-8 bytes of the expression.
  public int endByte(String expression) {
    return GoText.byteOffset(expression, position.end());
  }
}
