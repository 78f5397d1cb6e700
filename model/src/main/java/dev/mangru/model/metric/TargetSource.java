package dev.mangru.model.metric;

import java.util.List;

/// Whoever in this process reads pages of metrics. Thread-safe; answers from memory.
@FunctionalInterface
public interface TargetSource {

  /// Every page that is read at the moment, in no particular order.
  List<TargetStatus> targets();
}
