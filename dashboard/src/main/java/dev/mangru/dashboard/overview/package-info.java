/// The first page: changes, alerts, objectives, the node, the worst containers and the log volume
/// at one glance. Start with [OverviewView].
@NullMarked
package dev.mangru.dashboard.overview;

import org.jspecify.annotations.NullMarked;
