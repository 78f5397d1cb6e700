package dev.mangru.alerts.state;

import dev.mangru.alerts.rule.Rule;

/// Which rule an alert belongs to, across restarts and reloads. A rule whose expression or labels
/// were edited is another rule; one whose `for`, `keep_firing_for` or annotations were is the same.
///
/// @param file the rule file's name
/// @param group the group's name
/// @param name the alert's or metric's name
/// @param fingerprint of the expression, the labels, and how many equal rules stand before it
record RuleKey(String file, String group, String name, long fingerprint) {

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  static RuleKey of(String file, String group, Rule rule, int equalBefore) {
    long hash = hash(FNV_OFFSET, rule instanceof Rule.Alerting ? "alert" : "record");
    hash = hash(hash, rule.expression());
    for (var label : rule.labels()) {
      hash = hash(hash(hash, label.name()), label.value());
    }
    return new RuleKey(file, group, rule.name(), hash(hash, Integer.toString(equalBefore)));
  }

  /// FNV-1a over UTF-16, with an end mark: stable over versions of Java, and not secret.
  static long hash(long seed, String text) {
    long hash = seed;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return (hash ^ 0xffff) * FNV_PRIME;
  }

  /// Where in its interval a group is evaluated: groups spread, and each keeps its place.
  static long offsetMs(String file, String group, long intervalMs) {
    return Long.remainderUnsigned(hash(hash(FNV_OFFSET, file), group), intervalMs);
  }
}
