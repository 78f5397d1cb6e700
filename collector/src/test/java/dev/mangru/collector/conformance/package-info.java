/// The exposition cases of the ecosystem, when they are at hand.
@NullMarked
package dev.mangru.collector.conformance;

import org.jspecify.annotations.NullMarked;
