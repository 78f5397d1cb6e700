/// Encodes the samples of one series, up to 1,024 at a time, and decodes them from mapped bytes:
/// exact to the bit, small, and quick in both directions. Pure functions over bytes; the format is
/// in `FORMAT.md`. Start with [dev.mangru.tsdb.chunk.ChunkCodec].
@NullMarked
package dev.mangru.tsdb.chunk;

import org.jspecify.annotations.NullMarked;
