/// The page of everything that keeps pods running. [WorkloadsView] holds the place; `workloads.js`
/// does the work in the browser.
@NullMarked
package dev.mangru.dashboard.workloads;

import org.jspecify.annotations.NullMarked;
