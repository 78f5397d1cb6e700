/// Compressed runs of samples, the same bytes in memory and in blocks. Start with [ChunkEncoder];
/// the bits are drawn there.
@NullMarked
package dev.mangru.tsdb.v1.chunk;

import org.jspecify.annotations.NullMarked;
