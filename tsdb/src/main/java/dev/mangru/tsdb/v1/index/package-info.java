/// From labels to series: inverted lists, and the one algorithm that turns matchers into series
/// numbers for head and blocks alike. Start with [SeriesIndex].
@NullMarked
package dev.mangru.tsdb.v1.index;

import org.jspecify.annotations.NullMarked;
