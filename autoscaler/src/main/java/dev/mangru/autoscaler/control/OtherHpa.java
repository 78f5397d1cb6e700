package dev.mangru.autoscaler.control;

import org.jspecify.annotations.Nullable;

/// Another autoscaler of the namespace.
///
/// @param selector of its pods, in text form; empty if unknown
/// @param target what it scales; null if unknown
public record OtherHpa(String name, String selector, @Nullable TargetRef target) {}
