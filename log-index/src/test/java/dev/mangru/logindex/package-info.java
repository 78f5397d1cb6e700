/// Tests of the log index as a whole, crashes included.
@NullMarked
package dev.mangru.logindex;

import org.jspecify.annotations.NullMarked;
