/// The page of alerts. [AlertsView] holds the place; `alerts.js` does the work in the browser.
@NullMarked
package dev.mangru.dashboard.alerts;

import org.jspecify.annotations.NullMarked;
