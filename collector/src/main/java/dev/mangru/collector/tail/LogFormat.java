package dev.mangru.collector.tail;

/// How the lines of a file are wrapped.
public enum LogFormat {
  /// A line is a record. Its time is the RFC 3339 timestamp that it begins with, else the time of
  /// reading.
  PLAIN,
  /// Docker's `json-file` driver: one JSON object per line with `log`, `stream` and `time`.
  DOCKER,
  /// Kubernetes' CRI: `time stream P|F text`, where `P` lines continue.
  CRI
}
