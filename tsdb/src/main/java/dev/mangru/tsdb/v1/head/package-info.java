/// The samples of a write-ahead log, in memory. Start with [Head]; the log's records are drawn in
/// FORMAT.md of this module and read by [BatchRecord].
@NullMarked
package dev.mangru.tsdb.v1.head;

import org.jspecify.annotations.NullMarked;
