/// What people type: LogQL selectors and the search box. Start with [SearchBox] and [LogqlParser].
@NullMarked
package dev.mangru.logindex.query;

import org.jspecify.annotations.NullMarked;
