package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.horizontal.ScalingRules;
import org.jspecify.annotations.Nullable;

/// How fast an autoscaler may move, each side complete with what the API server fills in.
///
/// @param upTolerance a fraction; null for the controller's own
/// @param downTolerance likewise
public record Behavior(
    ScalingRules up,
    ScalingRules down,
    @Nullable Double upTolerance,
    @Nullable Double downTolerance) {}
