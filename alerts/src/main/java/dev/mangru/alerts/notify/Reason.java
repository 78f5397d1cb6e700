package dev.mangru.alerts.notify;

/// Why someone is told. The words are Alertmanager's (`notification_reason`).
enum Reason {
  FIRST("first notification"),
  ADDED("new alerts added"),
  SOME_RESOLVED("some alerts resolved"),
  ALL_RESOLVED("all alerts resolved"),
  REPEAT("repeat interval elapsed");

  private final String words;

  Reason(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
