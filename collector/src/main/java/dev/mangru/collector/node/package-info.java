/// Reads this machine: `node_*` from `/proc` and `/sys`, `container_*` and `machine_*` from the
/// cgroups. Start with [dev.mangru.collector.node.NodeScanner] and
/// [dev.mangru.collector.node.ContainerScanner]. What cannot be read is not sent; what goes away
/// gets one stale marker for each of its series.
@NullMarked
package dev.mangru.collector.node;

import org.jspecify.annotations.NullMarked;
