package dev.mangru.collector.tail;

/// How the lines of a file are wrapped.
public enum LogFormat {
  /// A line is a record. Its time is the one that it begins with, else the time of reading: RFC
  /// 3339, `2026-11-21 13:23:17` with or without a fraction, or syslog's `Nov 21 13:23:17`. What
  /// does not tell its zone is in [TailOptions#zone].
  PLAIN,
  /// Docker's `json-file` driver: one JSON object per line with `log`, `stream` and `time`.
  DOCKER,
  /// Kubernetes' CRI: `time stream P|F text`, where `P` lines continue.
  CRI
}
