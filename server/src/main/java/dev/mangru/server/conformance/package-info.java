/// The command that runs the corpora of a folder through the areas that the modules offer. Start
/// with [ConformanceCommand].
@NullMarked
package dev.mangru.server.conformance;

import org.jspecify.annotations.NullMarked;
