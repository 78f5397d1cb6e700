package dev.mangru.model.error;

/// Whose problem an error is. Decides the HTTP status class, the metric and the log level.
public enum ErrorKind {
  /// The request is wrong; sending it again cannot help.
  USER,
  /// The request is fine, and more than is allowed now.
  LIMIT,
  /// Someone else's outage: a full disk, a target that does not answer.
  EXTERNAL,
  /// Our bug.
  INTERNAL
}
