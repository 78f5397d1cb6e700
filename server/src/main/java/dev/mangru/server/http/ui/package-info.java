/// What the dashboard's web components fetch: columns of numbers for charts, and log search,
/// facets, histogram, context and live tail. Start with [ChartApi] and [LogsApi].
@NullMarked
package dev.mangru.server.http.ui;

import org.jspecify.annotations.NullMarked;
