/// How a module offers a runner for a corpus of the ecosystem. Start with [ConformanceArea].
@NullMarked
package dev.mangru.model.conformance;

import org.jspecify.annotations.NullMarked;
