/// Follows log files to the last byte: globs, rotation, truncation, container formats, and
/// positions that move only when a server has said that it holds the lines. Start with
/// [dev.mangru.collector.tail.Tailer], which makes [dev.mangru.collector.tail.LogBatch]es;
/// `FORMAT.md` beside it draws the positions file. Promises at-least-once: nothing read is
/// forgotten before its acknowledgement, and what cannot be read is counted by reason. Depends on
/// nothing but the model.
@NullMarked
package dev.mangru.collector.tail;

import org.jspecify.annotations.NullMarked;
