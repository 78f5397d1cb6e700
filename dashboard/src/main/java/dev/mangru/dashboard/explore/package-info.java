/// The PromQL page. [ExploreView] holds the place; `explore.js` does the work in the browser.
@NullMarked
package dev.mangru.dashboard.explore;

import org.jspecify.annotations.NullMarked;
