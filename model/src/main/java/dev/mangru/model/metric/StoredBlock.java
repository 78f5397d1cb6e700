package dev.mangru.model.metric;

/// A file of samples that a store has sealed and indexed.
///
/// @param name names it in the store's folder and its log
/// @param minTimeMs time of its oldest sample
/// @param maxTimeMs time of its newest sample
/// @param samples how many samples it holds
/// @param series how many series
/// @param chunks how many chunks of them
/// @param level 1 for a file of one window of time, 2 for one that several windows became
public record StoredBlock(
    String name,
    long minTimeMs,
    long maxTimeMs,
    long samples,
    long series,
    long chunks,
    int level) {}
