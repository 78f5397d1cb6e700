package dev.mangru.model.error;

import org.jspecify.annotations.Nullable;

/// An error worth telling a client: the message names the thing, the value and the way out.
public final class MangruException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /// An error without a cause.
  public MangruException(ErrorCode code, String message) {
    this(code, message, null);
  }

  /// An error with its cause.
  public MangruException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /// A parameter, body or expression that cannot be understood.
  public static MangruException badData(String message) {
    return new MangruException(ErrorCode.BAD_DATA, message);
  }

  /// What went wrong.
  public ErrorCode code() {
    return code;
  }

  /// The message; never null.
  public String text() {
    String message = getMessage();
    return message == null ? code.name() : message;
  }
}
