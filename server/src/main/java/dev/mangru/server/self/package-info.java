/// How Mangru watches itself: metrics at `/metrics`, spans, health, and the book of faults. Start
/// with [SelfMetrics].
@NullMarked
package dev.mangru.server.self;

import org.jspecify.annotations.NullMarked;
