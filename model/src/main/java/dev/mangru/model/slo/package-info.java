/// Objectives and what became of them. Start with [Objective]; [SloBook] is the port that the
/// dashboard and the HTTP API read.
@NullMarked
package dev.mangru.model.slo;

import org.jspecify.annotations.NullMarked;
