package dev.mangru.alerts.template;

/// What a function or a query tells instead of a result; becomes `error calling NAME: …`.
public final class FunctionFailure extends Exception {

  private static final long serialVersionUID = 1L;

  /// With what the reader of the alert sees.
  public FunctionFailure(String message) {
    super(message);
  }

  /// The message; never null.
  public String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
