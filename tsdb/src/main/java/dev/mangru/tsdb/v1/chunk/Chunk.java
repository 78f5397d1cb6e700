package dev.mangru.tsdb.v1.chunk;

/// A run of samples in time order, compressed.
///
/// @param bytes the bits that [ChunkEncoder] draws; bytes after the last sample mean nothing
/// @param count samples, at least one
/// @param minMs time of the first sample
/// @param maxMs time of the last sample
@SuppressWarnings("ArrayRecordComponent") // identity is enough: chunks are never compared
public record Chunk(byte[] bytes, int count, long minMs, long maxMs) {

  /// A cursor before the first sample.
  public ChunkDecoder decoder() {
    return new ChunkDecoder(bytes, count);
  }
}
