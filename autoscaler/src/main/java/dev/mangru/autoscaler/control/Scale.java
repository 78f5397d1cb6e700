package dev.mangru.autoscaler.control;

/// The /scale subresource of a target.
///
/// @param specReplicas what is asked for
/// @param statusReplicas what there is
/// @param selector of its pods, in text form; empty if it says none
/// @param resourceVersion that a write must still find
public record Scale(
    int specReplicas, int statusReplicas, String selector, String resourceVersion) {}
