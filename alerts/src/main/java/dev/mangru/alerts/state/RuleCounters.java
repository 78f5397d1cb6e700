package dev.mangru.alerts.state;

import java.util.concurrent.atomic.LongAdder;

/// What rules have done since the start. Thread-safe.
final class RuleCounters {
  final LongAdder evaluations = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder missed = new LongAdder();
  final LongAdder evaluationNanos = new LongAdder();
  final LongAdder templateFailures = new LongAdder();
  final LongAdder sent = new LongAdder();
  final LongAdder sendFailures = new LongAdder();
  final LongAdder transitions = new LongAdder();
}
