/// The records of the write-ahead log: what one batch added, in about a byte a sample. Start with
/// [RecordWriter]; the bytes are drawn in FORMAT.md beside this file.
@NullMarked
package dev.mangru.tsdb.wal;

import org.jspecify.annotations.NullMarked;
