package dev.mangru.model.error;

/// Every error that Mangru tells a client, with its kind and HTTP status.
public enum ErrorCode {
  /// A parameter, body or expression that cannot be understood.
  BAD_DATA(ErrorKind.USER, 400),
  /// A query that parses and cannot be evaluated, such as many-to-many matching.
  EXECUTION(ErrorKind.USER, 422),
  /// No such thing.
  NOT_FOUND(ErrorKind.USER, 404),
  /// An encoding or media type that is not understood.
  UNSUPPORTED_MEDIA_TYPE(ErrorKind.USER, 415),
  /// A body over the limit.
  BODY_TOO_LARGE(ErrorKind.LIMIT, 413),
  /// More samples, series or results than one query may hold.
  QUERY_LIMIT(ErrorKind.LIMIT, 422),
  /// A query that ran out of time.
  TIMEOUT(ErrorKind.LIMIT, 503),
  /// A query whose caller went away or pressed Esc.
  CANCELED(ErrorKind.USER, 499),
  /// Too much is under way; come back later.
  OVERLOADED(ErrorKind.LIMIT, 429),
  /// A store that cannot take writes now: disk full, broken, closing.
  UNAVAILABLE(ErrorKind.EXTERNAL, 503),
  /// Our bug.
  INTERNAL(ErrorKind.INTERNAL, 500);

  private final ErrorKind kind;
  private final int httpStatus;

  ErrorCode(ErrorKind kind, int httpStatus) {
    this.kind = kind;
    this.httpStatus = httpStatus;
  }

  /// Whose problem it is.
  public ErrorKind kind() {
    return kind;
  }

  /// The status that an HTTP answer carries.
  public int httpStatus() {
    return httpStatus;
  }
}
