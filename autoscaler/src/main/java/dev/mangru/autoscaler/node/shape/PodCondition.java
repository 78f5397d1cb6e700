package dev.mangru.autoscaler.node.shape;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One condition of a pod's status. Immutable.
///
/// @param status True, False or Unknown
/// @param reason empty when there is none
/// @param changed when the status last changed; null when not told
public record PodCondition(
    String type, String status, String reason, String message, @Nullable Instant changed) {}
