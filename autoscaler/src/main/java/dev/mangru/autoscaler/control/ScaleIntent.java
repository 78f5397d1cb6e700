package dev.mangru.autoscaler.control;

import dev.mangru.model.scale.Decision;

/// A write of a target's scale that was about to be made: durable before the write, so that whoever
/// comes after a crash looks at the cluster before doing anything again.
///
/// @param uid of the autoscaler, which has at most one intent at a time
/// @param decision as it will be recorded, without the call
/// @param ifWritten the memory that holds if the write was made
public record ScaleIntent(
    String uid,
    String namespace,
    String name,
    TargetRef target,
    int from,
    int to,
    Decision decision,
    HpaMemory ifWritten) {}
