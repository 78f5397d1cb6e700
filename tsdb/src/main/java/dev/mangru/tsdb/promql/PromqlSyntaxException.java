package dev.mangru.tsdb.promql;

/// Ends parsing at the first thing that makes no sense. Never leaves the package.
final class PromqlSyntaxException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient SyntaxError error;

  PromqlSyntaxException(Position position, String message) {
    super(message, null, false, false);
    this.error = new SyntaxError(position, message);
  }

  SyntaxError error() {
    return error;
  }
}
