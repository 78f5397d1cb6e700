/// The log search page. [LogsView] holds the place; `logs.js` does the work in the browser.
@NullMarked
package dev.mangru.dashboard.logs;

import org.jspecify.annotations.NullMarked;
