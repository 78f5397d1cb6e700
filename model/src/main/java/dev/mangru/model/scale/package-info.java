/// What was scaled and why. Start with [Decision]; [DecisionLog] is the port that the dashboard,
/// the HTTP API and the autoscaler itself read.
@NullMarked
package dev.mangru.model.scale;

import org.jspecify.annotations.NullMarked;
