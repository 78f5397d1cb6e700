/// The horizontal pod autoscaler's decisions as pure functions: everything they need comes in as
/// arguments, the time included. Start with [ReplicaCalculator]; its proposal goes through
/// [Stabilization] and then [ReplicaLimits].
@NullMarked
package dev.mangru.autoscaler.horizontal;

import org.jspecify.annotations.NullMarked;
