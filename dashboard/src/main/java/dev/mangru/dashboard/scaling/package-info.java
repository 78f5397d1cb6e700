/// The page of scaling. [AutoscalingView] holds the place; `autoscaling.js` does the work in the
/// browser.
@NullMarked
package dev.mangru.dashboard.scaling;

import org.jspecify.annotations.NullMarked;
