/// How Mangru is put together: one small class per module. Start with [MangruServer], which lists
/// them.
@NullMarked
package dev.mangru.server.wire;

import org.jspecify.annotations.NullMarked;
