/// What is known of metrics beside their samples, in memory and in a log: start at
/// [dev.mangru.tsdb.metadata.Metadata]. It promises bounded memory, and that what was put survives
/// a crash. The bytes are drawn in FORMAT.md.
@NullMarked
package dev.mangru.tsdb.metadata;

import org.jspecify.annotations.NullMarked;
