/// What pods use, out of Mangru's own metrics. Start with [PodMetrics].
@NullMarked
package dev.mangru.autoscaler.signal;

import org.jspecify.annotations.NullMarked;
