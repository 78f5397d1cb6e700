package dev.mangru.autoscaler.control;

import dev.mangru.model.scale.Decision;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What horizontal autoscaling keeps. Thread-safe. What a method was given is on stable storage
/// when it returns.
///
/// Every method that writes throws [dev.mangru.model.error.MangruException] `UNAVAILABLE` if it
/// could not be made durable.
public interface HpaJournal {

  /// What is remembered of an autoscaler; [HpaMemory#NONE] if nothing is.
  HpaMemory memory(String uid);

  /// Keeps what passes came to and forgets autoscalers that are gone.
  ///
  /// @param memories by uid; others stay as they are
  /// @param alive uids of all autoscalers there are
  void remember(Map<String, HpaMemory> memories, Set<String> alive);

  /// Keeps an intent. Replaces an earlier one of the same autoscaler.
  void intend(ScaleIntent intent);

  /// Ends an intent: keeps the decision and, if the write was made, the intent's memory. Does
  /// nothing if there is no such intent any more.
  ///
  /// @param written whether the write was made
  void settle(String uid, Decision decision, boolean written);

  /// Intents whose end is not known.
  List<ScaleIntent> unsettled();

  /// Keeps a decision that wrote nothing.
  void record(Decision decision);
}
