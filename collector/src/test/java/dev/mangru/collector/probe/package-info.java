/// Tests of asking services whether they answer.
@NullMarked
package dev.mangru.collector.probe;

import org.jspecify.annotations.NullMarked;
