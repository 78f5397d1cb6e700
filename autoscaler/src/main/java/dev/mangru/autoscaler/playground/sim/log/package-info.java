/// What simulated containers write: a ring of lines for `kubectl logs`, and the files that a
/// kubelet would keep for a log collector. Start with
/// [dev.mangru.autoscaler.playground.sim.log.LogBook].
@NullMarked
package dev.mangru.autoscaler.playground.sim.log;

import org.jspecify.annotations.NullMarked;
