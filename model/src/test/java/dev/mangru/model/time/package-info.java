/// Tests of times.
@NullMarked
package dev.mangru.model.time;

import org.jspecify.annotations.NullMarked;
