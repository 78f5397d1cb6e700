/// Runs the PromQL corpus of the Prometheus ecosystem: scripts of `load` and `eval`, and tables of
/// expressions that parse, do not parse, or print. Start with [PromqlConformance]; [ScriptRunner]
/// also runs our own scripts.
@NullMarked
package dev.mangru.tsdb.conformance;

import org.jspecify.annotations.NullMarked;
