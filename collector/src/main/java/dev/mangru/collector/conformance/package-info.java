/// Runs the ecosystem's exposition cases against the parsers. Start with
/// [dev.mangru.collector.conformance.ExpositionConformance].
@NullMarked
package dev.mangru.collector.conformance;

import org.jspecify.annotations.NullMarked;
