/// Small states that are in memory as a whole and on disk as a log of changes: start at
/// [dev.mangru.tsdb.keep.StateLog]. It promises that the log stays in proportion to the state, and
/// that what was acknowledged is there after a crash.
@NullMarked
package dev.mangru.tsdb.keep;

import org.jspecify.annotations.NullMarked;
