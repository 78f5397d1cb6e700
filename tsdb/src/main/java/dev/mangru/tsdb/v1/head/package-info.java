/// The newest samples, in memory, backed by the write-ahead log. Start with [Head]; the log's
/// records are drawn in FORMAT.md of this module and written by [BatchRecord].
@NullMarked
package dev.mangru.tsdb.v1.head;

import org.jspecify.annotations.NullMarked;
