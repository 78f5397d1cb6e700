/// Runs a real Prometheus beside the engine: the same samples into both, the same queries to both,
/// and the answers compared. Start with [PrometheusPeer], which is the other one, and
/// [AnswerComparison], which says what counts as the same. Nothing here is used while serving.
@NullMarked
package dev.mangru.tsdb.peer;

import org.jspecify.annotations.NullMarked;
