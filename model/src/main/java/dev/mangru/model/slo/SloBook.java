package dev.mangru.model.slo;

import java.util.List;

/// How all objectives fare. Thread-safe; answers from memory.
public interface SloBook {

  /// One status for each objective, in configuration order.
  List<SloStatus> statuses();
}
