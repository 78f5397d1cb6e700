/// Charts as Java sees them: what to draw, never the points. Start with [TimeSeriesChart].
@NullMarked
package dev.mangru.dashboard.chart;

import org.jspecify.annotations.NullMarked;
