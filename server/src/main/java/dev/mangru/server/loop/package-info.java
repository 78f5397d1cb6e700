/// When the engines' periodic work runs, on which thread, and what happens when it fails. The work
/// itself is a method of the engine that takes the time. Start with [Loops].
@NullMarked
package dev.mangru.server.loop;

import org.jspecify.annotations.NullMarked;
