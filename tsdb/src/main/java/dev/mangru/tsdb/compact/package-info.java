/// Compaction: what to do with the store's files is decided by pure functions ([Planner]), done by
/// streaming merges that read immutable files and write new ones ([Merge]); also retention,
/// deletion by matchers ([Tombstones]) and snapshots by hard link ([Snapshots]). Nothing here
/// touches an input, the manifest or the view: whoever calls does that once a new file is durable.
@NullMarked
package dev.mangru.tsdb.compact;

import org.jspecify.annotations.NullMarked;
