/// The page of the machines. [NodesView] holds the place; `nodes.js` does the work in the browser.
@NullMarked
package dev.mangru.dashboard.nodes;

import org.jspecify.annotations.NullMarked;
