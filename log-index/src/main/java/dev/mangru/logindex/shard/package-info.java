/// One Lucene index for each stretch of time. Start with [Shards]; a [Shard] is one of them.
@NullMarked
package dev.mangru.logindex.shard;

import org.jspecify.annotations.NullMarked;
