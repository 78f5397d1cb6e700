/// Decisions, and what controllers must not forget, on disk. Start with [DecisionJournal]; the
/// bytes are described in `FORMAT.md` beside this file.
@NullMarked
package dev.mangru.autoscaler.journal;

import org.jspecify.annotations.NullMarked;
