/// Tests of what gathering hands to sending.
@NullMarked
package dev.mangru.collector.pipeline;

import org.jspecify.annotations.NullMarked;
