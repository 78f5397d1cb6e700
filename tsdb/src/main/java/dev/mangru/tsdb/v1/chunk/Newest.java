package dev.mangru.tsdb.v1.chunk;

/// The newest sample of a series.
///
/// @param timestampMs milliseconds since the epoch
/// @param valueBits raw bits of the value
public record Newest(long timestampMs, long valueBits) {}
