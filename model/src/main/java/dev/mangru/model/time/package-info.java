/// Time ranges and the elapsed-time clock. Wall time is [java.time.InstantSource], handed in by
/// whoever owns the loop.
@NullMarked
package dev.mangru.model.time;

import org.jspecify.annotations.NullMarked;
